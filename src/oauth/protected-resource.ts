import { checkFlag, checkKeys, checkList, checkOneOf, checkText } from "../checks.ts";
import type { WebHandler } from "../http/web-handler.ts";
import { PROOF_ALGORITHMS, type ProofAlgorithm } from "./dpop/options.ts";
import { parseScope } from "./scope.ts";
import { checkIssuer, checkUrl, wellKnownUrl } from "./well-known.ts";

/** What a resource server tells of itself. */
export interface ProtectedResourceOptions {
  /** Its identifier, as clients and tokens name it: a URL of https without a fragment. Source: R9728-02. */
  readonly resource: string;
  /** The issuers whose access tokens it takes; at least one. */
  readonly authorizationServers: readonly string[];
  /** The scopes that its tokens may have. Default: not told. */
  readonly scopes?: readonly string[];
  /** Its name, for people. */
  readonly name?: string;
  /** The URL of a page for developers. */
  readonly documentation?: string;
  /** What it takes by DPoP (RFC 9449): as the `dpop` of its `accessTokenVerifier`. Default: not told. */
  readonly dpop?: {
    readonly algorithms?: readonly ProofAlgorithm[];
    /** Whether access tokens that are bound to no key are refused. Default `false`. */
    readonly required?: boolean;
  };
}

const KEYS: ReadonlySet<string> = new Set([
  ...["resource", "authorizationServers", "scopes", "name", "documentation", "dpop"],
]);
const DPOP_KEYS: ReadonlySet<string> = new Set(["algorithms", "required"]);
const LONGEST_NAME = 200;

/** Any page may read what is public. */
const PUBLIC = { "access-control-allow-origin": "*" };
const METHODS = "GET, HEAD, OPTIONS";

/**
 * Where the metadata of a resource server is (RFC 9728 section 3.1), for the `resource_metadata` of a challenge.
 *
 * @throws TypeError or RangeError for what is no URL of https without a fragment. Source: R9728-01, R9728-04.
 *
 * @example
 * resourceMetadataUrl("https://api.example.com/v1"); // https://api.example.com/.well-known/oauth-protected-resource/v1
 */
export function resourceMetadataUrl(resource: string): string {
  return wellKnownUrl(checkUrl(resource, "resource"), "oauth-protected-resource");
}

/**
 * A handler that serves the metadata of a resource server (RFC 9728), readable from pages of any origin.
 *
 * Throws TypeError or RangeError that names the path of a wrong option. Source: R9728-01 to R9728-04.
 *
 * @example
 * const metadata = protectedResource({
 *   resource: "https://api.example.com",
 *   authorizationServers: ["https://login.example.com"],
 * });
 */
export function protectedResource(options: ProtectedResourceOptions): WebHandler {
  const body = JSON.stringify(metadataOf(options));
  const { pathname, search } = new URL(resourceMetadataUrl(options.resource));
  const isHere = (url: URL): boolean =>
    url.pathname === pathname && (search === "" || url.search === search);
  const handle = async (request: Request): Promise<Response> =>
    isHere(new URL(request.url)) ? answerTo(request, body) : new Response(null, { status: 404 });
  return Object.assign(handle, { paths: Object.freeze([pathname]) });
}

function answerTo({ method }: Request, body: string): Response {
  if (method === "OPTIONS")
    return new Response(null, {
      status: 204,
      headers: { ...PUBLIC, allow: METHODS, "access-control-allow-methods": "GET, HEAD" },
    });
  if (method !== "GET" && method !== "HEAD")
    return new Response(null, { status: 405, headers: { ...PUBLIC, allow: METHODS } });
  return new Response(method === "HEAD" ? null : body, {
    headers: {
      ...PUBLIC,
      "content-type": "application/json",
      "cache-control": "public, max-age=300",
    },
  });
}

/** A member without a value is left out (RFC 9728 section 3.2). */
function metadataOf(options: ProtectedResourceOptions): Readonly<Record<string, unknown>> {
  checkKeys(options, KEYS, "options");
  const { name, documentation, dpop } = options;
  const scopes = checkList(options.scopes, "options.scopes").map(checkScope);
  return {
    resource: checkUrl(options.resource, "options.resource"),
    authorization_servers: checkIssuers(options.authorizationServers),
    ...(scopes.length === 0 ? {} : { scopes_supported: scopes }),
    bearer_methods_supported: ["header"],
    resource_name: name === undefined ? undefined : checkText(name, LONGEST_NAME, "options.name"),
    resource_documentation:
      documentation === undefined ? undefined : checkUrl(documentation, "options.documentation"),
    ...(dpop === undefined ? {} : dpopMembers(dpop)),
  };
}

function checkScope(scope: string, index: number): string {
  const path = `options.scopes[${index}]`;
  if (parseScope(checkText(scope, LONGEST_NAME, path))?.length === 1 && !scope.includes(" "))
    return scope;
  throw new RangeError(`${path} must be one scope`);
}

function checkIssuers(issuers: readonly string[]): readonly string[] {
  const path = "options.authorizationServers";
  const list = checkList(issuers, path);
  if (list.length === 0) throw new RangeError(`${path} must name one`);
  return list.map((issuer, index) => checkIssuer(issuer, `${path}[${index}]`));
}

function dpopMembers(dpop: object & ProtectedResourceOptions["dpop"]): object {
  checkKeys(dpop, DPOP_KEYS, "options.dpop");
  const algorithms = checkList(dpop.algorithms, "options.dpop.algorithms").map((algorithm, index) =>
    checkOneOf(algorithm, PROOF_ALGORITHMS, `options.dpop.algorithms[${index}]`),
  );
  const isRequired = checkFlag(dpop.required, "options.dpop.required");
  return {
    ...(algorithms.length === 0 ? {} : { dpop_signing_alg_values_supported: algorithms }),
    ...(isRequired ? { dpop_bound_access_tokens_required: true } : {}),
  };
}
