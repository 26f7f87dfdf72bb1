import { checkMethods } from "../../checks.ts";
import { HTTP_REFUSALS } from "../../errors.ts";
import type { Answer, HeaderField } from "../../http/answer.ts";
import type { WebHandler } from "../../http/web-handler.ts";
import { type OAuthRefusal, refusalAnswer } from "./answers.ts";
import type { Endpoint, ServerContext, TokenSource } from "./context.ts";
import { corsFields, preflightFields, type Readers } from "./cors.ts";
import { endpointUrls } from "./endpoint-urls.ts";
import { type FormFault, readForm } from "./form.ts";
import { introspect } from "./introspection.ts";
import { documentAnswer, metadataOf } from "./metadata.ts";
import { type OAuthServerOptions, type ResolvedServer, resolveServer } from "./options.ts";
import { OUTAGE, waitRefusal } from "./refusals.ts";
import { revoke } from "./revocation.ts";
import { exchangeToken } from "./token-endpoint.ts";

/** What answers at a path. */
interface Route {
  readonly methods: readonly string[];
  readonly readers: Readers;
  /** Rejects for an outage. */
  answer(request: Request, address: string | undefined): Promise<Answer>;
}

/**
 * Makes an authorization server over a tokenry (OAuth 2.0): API tokens are exchanged for signed access tokens (RFC 9068) by refresh, by token
 * exchange (RFC 8693) or by client credentials, bound to a key where the client proves one (RFC 9449); with introspection (RFC 7662), revocation
 * (RFC 7009), metadata (RFC 8414) and keys.
 *
 * What it makes is a handler of the Fetch standard, for `mount` of an adapter. It answers its `paths`, others by 404, and never rejects for what a
 * client sends: TypeError only for a request whose body was read before. No answer, error or log holds a secret but the `refresh_token` that the
 * client itself has sent.
 *
 * @throws TypeError or RangeError that names the path of a wrong option.
 *
 * @example
 * const server = oauthServer(tokens, {
 *   issuer: "https://auth.example.com",
 *   keys: storedKeys({ store, encryptionKeys }),
 *   accessTokenLifetime: { minutes: 15 },
 *   resources: { "https://api.example.com": { apis: ["orders"] } },
 * });
 */
export function oauthServer(tokens: TokenSource, options: OAuthServerOptions): WebHandler {
  checkMethods(tokens, ["grant", "recheck", "revokeCurrent"], "tokens");
  const resolved = resolveServer(options);
  const context = { ...resolved.context, tokens };
  const routes = routesOf(context, resolved);
  const handle: WebHandler = async (request, client) => {
    const route = routes.get(new URL(request.url).pathname);
    if (route === undefined) return responseOf(request, NOT_FOUND, []);
    if (request.bodyUsed)
      throw new TypeError("the body of the request was read before: mount oauthServer first");
    const answer = await answerOf(context, route, request, client?.address);
    return responseOf(request, answer, corsFields(request.headers.get("origin"), route.readers));
  };
  return Object.assign(handle, { paths: Object.freeze([...routes.keys()]) });
}

function routesOf(
  context: ServerContext,
  { allowedOrigins, hasClients }: ResolvedServer,
): ReadonlyMap<string, Route> {
  const urls = endpointUrls(context.issuer);
  const metadata = async (): Promise<Answer> =>
    documentAnswer(await metadataOf(context, { hasClients }), "application/json");
  const jwks = async (): Promise<Answer> =>
    documentAnswer(await context.keys.published(), "application/jwk-set+json");
  const formOf = (endpoint: Endpoint, url: string): Route => {
    const answer: Route["answer"] = (request, address) =>
      answerForm(context, { endpoint, url, address }, request);
    return { methods: ["POST"], readers: allowedOrigins, answer };
  };
  const routes: readonly (readonly [string, Route])[] = [
    [urls.metadata, { methods: READING, readers: "everyone", answer: metadata }],
    [urls.jwks, { methods: READING, readers: "everyone", answer: jwks }],
    [urls.token, formOf(exchangeToken, urls.token)],
    [urls.introspection, formOf(introspect, urls.introspection)],
    [urls.revocation, formOf(revoke, urls.revocation)],
  ];
  return new Map(routes.map(([url, route]) => [new URL(url).pathname, route]));
}

const READING = ["GET", "HEAD"];
const NOT_FOUND: Answer = { status: 404, headers: [["cache-control", "no-store"]], body: "" };

/** What fails on the way is an outage: it is told to the host and refused. */
async function answerOf(
  context: ServerContext,
  route: Route,
  request: Request,
  address: string | undefined,
): Promise<Answer> {
  const allowed = [...route.methods, "OPTIONS"].join(", ");
  if (request.method === "OPTIONS")
    return { status: 204, headers: [["allow", allowed], ...preflightFields(allowed)], body: "" };
  if (!route.methods.includes(request.method)) return refusalAnswer(methodRefusal(allowed));
  try {
    return await route.answer(request, address);
  } catch (cause) {
    context.report(cause);
    return refusalAnswer(OUTAGE);
  }
}

function methodRefusal(allowed: string): OAuthRefusal {
  const description = "This method is not allowed here.";
  return { error: "invalid_request", status: 405, description, fields: [["allow", allowed]] };
}

/** An endpoint, where it is, and who asks. */
interface FormCall {
  readonly endpoint: Endpoint;
  readonly url: string;
  readonly address: string | undefined;
}

async function answerForm(
  context: ServerContext,
  { endpoint, url, address }: FormCall,
  request: Request,
): Promise<Answer> {
  const waitMs = context.failures?.waitMs(address) ?? 0;
  if (waitMs > 0)
    return refusalAnswer(waitRefusal(HTTP_REFUSALS.too_many_failures.message, waitMs));
  // Servers and proxies write URLs down (ASVS 14.2.1).
  if (new URL(request.url).search !== "") return refusalAnswer(FORM_REFUSALS.in_url);
  const form = await readForm(request);
  if (typeof form === "string") return refusalAnswer(FORM_REFUSALS[form]);
  return endpoint(context, { form, headers: request.headers, url, address });
}

const error = "invalid_request";
const FORM_REFUSALS: Readonly<Record<FormFault | "in_url", OAuthRefusal>> = {
  in_url: { error, description: "Parameters belong in the body, never in the URL." },
  content_type: { error, description: "The body must be application/x-www-form-urlencoded." },
  too_large: { error, status: 413, description: "The body is too large." },
  broken: { error, description: "The body cannot be read." },
  repeated: { error, description: "A parameter is there twice." },
};

function responseOf(request: Request, answer: Answer, cors: readonly HeaderField[]): Response {
  const headers = new Headers();
  for (const [name, value] of [...answer.headers, ...cors]) headers.append(name, value);
  const hasBody = answer.body !== "" && request.method !== "HEAD";
  return new Response(hasBody ? answer.body : null, { status: answer.status, headers });
}
