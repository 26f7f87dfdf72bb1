import type * as Dns from "node:dns/promises";
import type * as Http from "node:http";
import type * as Https from "node:https";

/** What of Node the client is made of. */
export interface NodeModules {
  readonly http: typeof Http;
  readonly https: typeof Https;
  readonly dns: typeof Dns;
}

/** What platforms have that tell which one they are, and reach a built-in module without importing it. */
interface Platform {
  readonly navigator?: { readonly userAgent?: string };
  readonly process?: { readonly getBuiltinModule?: (id: string) => unknown };
}

/**
 * Node's modules, where a platform has them: Node, Bun and Deno. They are not imported, as whoever bundles for a platform without them would
 * fail on it.
 */
export function nodeModules(): NodeModules | undefined {
  // A cast, as each of the names is there in some runtimes only.
  const { navigator, process } = globalThis as Platform;
  // It has node:https, over its fetch, but lets nobody choose the address.
  if (navigator?.userAgent === "Cloudflare-Workers") return undefined;
  try {
    const load = (name: string): unknown => process?.getBuiltinModule?.(`node:${name}`);
    const [http, https, dns] = [load("http"), load("https"), load("dns/promises")];
    if (http === undefined || https === undefined || dns === undefined) return undefined;
    // A cast, as what is loaded by a name has no type.
    return { http, https, dns } as NodeModules;
  } catch {
    // Next.js's Edge Runtime has Node's functions only to throw at who calls them.
    return undefined;
  }
}
