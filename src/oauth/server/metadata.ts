import type { Answer } from "../../http/answer.ts";
import { scopesOfApi } from "../scope.ts";
import { ASSERTION_ALGORITHMS } from "./client-assertion.ts";
import type { ServerContext } from "./context.ts";
import { endpointUrls } from "./endpoint-urls.ts";
import { GRANT_TYPES } from "./token-request.ts";

/** What metadata tells besides the context. */
export interface MetadataFacts {
  /** Whether there are registered clients, which may have keys. */
  readonly hasClients: boolean;
}

type Metadata = Readonly<Record<string, string | readonly string[]>>;

const CACHE_SECONDS = 300;

/**
 * The metadata of an authorization server (RFC 8414 section 2). Without an authorization endpoint there are no response types: the member, which is
 * required, would have no elements, and such are to be left out (R8414-02); clients such as oauth4webapi do without it.
 *
 * Rejects when the signing key is to be told and cannot be read.
 */
export async function metadataOf(
  context: Omit<ServerContext, "tokens">,
  { hasClients }: MetadataFacts,
): Promise<Metadata> {
  const { issuer, resources, proofs } = context;
  const urls = endpointUrls(issuer);
  const keyed = hasClients ? ["private_key_jwt"] : [];
  const confidential = ["client_secret_basic", "client_secret_post", ...keyed];
  const assertionAlgorithms = hasClients ? ASSERTION_ALGORITHMS : [];
  const members = {
    issuer,
    token_endpoint: urls.token,
    token_endpoint_auth_methods_supported: ["none", ...confidential],
    token_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
    introspection_endpoint: urls.introspection,
    introspection_endpoint_auth_methods_supported: confidential,
    introspection_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
    introspection_signing_alg_values_supported: await introspectionAlgorithms(context),
    revocation_endpoint: urls.revocation,
    revocation_endpoint_auth_methods_supported: ["none", ...confidential],
    revocation_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
    jwks_uri: urls.jwks,
    grant_types_supported: GRANT_TYPES,
    scopes_supported: scopesSupported(context),
    dpop_signing_alg_values_supported: proofs?.algorithms ?? [],
    protected_resources: [...resources.keys()],
  };
  return Object.fromEntries(Object.entries(members).filter(([, { length }]) => length > 0));
}

async function introspectionAlgorithms({
  keys,
  signsIntrospection,
}: Pick<ServerContext, "keys" | "signsIntrospection">): Promise<readonly string[]> {
  return signsIntrospection ? [(await keys.current()).algorithm] : [];
}

/** Of the APIs that the resources name; the others are the tokenry's own affair. */
function scopesSupported({
  resources,
  wholeScope,
}: Pick<ServerContext, "resources" | "wholeScope">): readonly string[] {
  const apis = new Set([...resources.values()].flatMap((resource) => [...(resource.apis ?? [])]));
  const whole = wholeScope === undefined ? [] : [wholeScope];
  return [...whole, ...[...apis].sort().flatMap(scopesOfApi)];
}

/** An answer that anybody may have, and keep for a few minutes. */
export function documentAnswer(body: object, type: string): Answer {
  const headers = [
    ["content-type", type],
    ["cache-control", `public, max-age=${CACHE_SECONDS}`],
  ] as const;
  return { status: 200, headers, body: JSON.stringify(body) };
}
