import type { TokenryOptions } from "../../src/index.ts";
import { type ManagementClient, managementClient } from "../../src/manage/client/index.ts";
import { type ManagementApiOptions, managementApi } from "../../src/manage/index.ts";
import { createWorld, type World } from "../support/world.ts";

export const ORIGIN = "https://app.example";

/** What a test sends besides method and path. */
export interface Sent {
  /** Who is signed in; absent: nobody. */
  readonly as?: string | undefined;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer, its body read. */
export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly code: string | undefined;
  /** The body, for tests to look into. */
  readonly json: Record<string, unknown>;
}

/** A world with a management API, whose sessions are a cookie with the owner's id. */
export interface ManageWorld extends World {
  readonly handle: ReturnType<typeof managementApi>;
  /** What the API's `onError` was told. */
  readonly outages: unknown[];
  /** As the pages of the application ask. */
  ask(method: string, path: string, sent?: Sent): Promise<Answered>;
  client(as?: string): ManagementClient;
}

function signedIn(request: Request): string | undefined {
  return /(?:^|; )session=([^;]+)/.exec(request.headers.get("cookie") ?? "")?.[1];
}

export function createManageWorld(
  options: Partial<ManagementApiOptions> = {},
  tokenry: Partial<TokenryOptions> = {},
): ManageWorld {
  const world = createWorld(tokenry);
  const outages: unknown[] = [];
  const handle = managementApi(world.tokens, {
    actor: signedIn,
    clock: world.clock,
    onError: (error) => outages.push(error),
    ...options,
  });
  const ask: ManageWorld["ask"] = async (method, path, sent = {}) =>
    answered(await handle(requestOf(method, path, sent)));
  return {
    ...world,
    ...{ handle, outages, ask },
    client: (as) =>
      managementClient({
        baseUrl: "/tokenry",
        fetch: (url, init) => {
          const headers = new Headers(init?.headers);
          if (as !== undefined) headers.set("cookie", `session=${as}`);
          headers.set("sec-fetch-site", "same-origin");
          if (init?.method !== "GET") headers.set("origin", ORIGIN);
          return handle(new Request(`${ORIGIN}${String(url)}`, { ...init, headers }));
        },
      }),
  };
}

/** A request as a page of the application sends it; what a test gives as `""` is not sent. */
export function requestOf(method: string, path: string, { as, body, headers = {} }: Sent): Request {
  const isReading = ["GET", "HEAD", "OPTIONS"].includes(method);
  const usual = isReading ? {} : { origin: ORIGIN, "content-type": "application/json" };
  const session = as === undefined ? {} : { cookie: `session=${as}` };
  const all = Object.entries({ "sec-fetch-site": "same-origin", ...usual, ...session, ...headers });
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return new Request(path.startsWith("http") ? path : `${ORIGIN}/tokenry${path}`, {
    method,
    headers: all.filter(([, value]) => value !== "") as [string, string][],
    ...(body === undefined ? {} : { body: text }),
  });
}

async function answered(response: Response): Promise<Answered> {
  const text = await response.text();
  const json = text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
  const { status, headers } = response;
  return { status, headers, text, json, code: json.code as string | undefined };
}

/** All of an answer that a client sees. */
export function bytesOf({ status, headers, text }: Answered): string {
  return JSON.stringify([status, [...headers], text]);
}
