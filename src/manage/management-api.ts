import { checkMethods, checkObject, checkText } from "../checks.ts";
import { TokenryError } from "../errors.ts";
import type { Answer } from "../http/answer.ts";
import type { WebClient, WebHandler } from "../http/web-handler.ts";
import { emptyAnswer, jsonAnswer, problemAnswer, SECURITY_FIELDS } from "./answers.ts";
import { readCondition } from "./condition.ts";
import { type CarriesToken, createCarriesToken, TOKEN_NOT_ALLOWED } from "./credentials.ts";
import { refuseCrossSite } from "./cross-site.ts";
import { readIdempotencyKey } from "./idempotency-key.ts";
import { openApiDocument } from "./openapi.ts";
import {
  type ManagementApiOptions,
  type ResolvedManagement,
  resolveManagement,
} from "./options.ts";
import { perform, refuseByPath } from "./perform.ts";
import { readInput } from "./read-input.ts";
import { asRefusal, isRefusal, type Refusal } from "./refusal.ts";
import type { Call, ManagedTokens, Outcome, Params, Route } from "./route.ts";
import { createRouter, type Found } from "./router.ts";
import { ROUTES } from "./routes.ts";
import { runOnce } from "./run-once.ts";

/** All that the routes work with. */
interface Context extends ResolvedManagement {
  readonly tokens: ManagedTokens;
  readonly carriesToken: CarriesToken;
}

/** What answers at a path: a route, or the document of them all. */
type Served = Route | typeof DOCUMENT;

const DOCUMENT = { path: "/openapi.json", method: "GET" } as const;
const METHODS = [
  ...["issue", "regenerate", "update", "revoke", "revokeAll", "get", "list", "events", "rotate"],
  ...["confirmRotation", "pendingRotation", "resendRotation", "cancelRotation", "owner"],
  ...["scanPattern"],
];
/** How records call the host itself. */
const SYSTEM_ID = "SYSTEM";
const LONGEST_ID = 255;

/**
 * Makes the management API of a tokenry: a REST API of JSON over its operations, for pages of the application whose users are signed in there.
 * It knows no sessions: `actor` tells who is signed in, and the directory what that one may do.
 *
 * What it makes is a handler of the Fetch standard, for `mount` of an adapter. It answers all below its `prefix`, and never rejects for what a
 * client sends: TypeError only for a request whose body was read before. Secrets are in the answers that issue them and nowhere else.
 *
 * @throws TypeError or RangeError that names the path of a wrong option.
 *
 * @example
 * const manage = managementApi(tokens, { actor: async (request) => (await session(request))?.userId });
 * app.use(mount(manage)); // before any body parser
 */
export function managementApi<Source = unknown>(
  tokens: ManagedTokens,
  options: ManagementApiOptions<Source>,
): WebHandler {
  checkMethods(tokens, METHODS, "tokens");
  for (const member of ["zones", "notices", "rules"] as const)
    checkObject(tokens[member], `tokens.${member}`);
  // A cast, as what a framework's request is like is between the host and its adapter.
  const resolved = resolveManagement(options as ManagementApiOptions);
  const context = { ...resolved, tokens, carriesToken: createCarriesToken(tokens) };
  const base = resolved.basePath === "/" ? "" : resolved.basePath;
  const find = createRouter<Served>(base, [...ROUTES, DOCUMENT]);
  const document = documentAnswer(resolved.basePath);
  const handle: WebHandler = async (request, client = {}) => {
    if (request.bodyUsed)
      throw new TypeError("the body of the request was read before: mount managementApi first");
    const url = new URL(request.url);
    const found = find(url.pathname);
    const answer = await answerAt(
      { ...context, basePath: base },
      { request, url, found, client },
      document,
    );
    return responseOf(request, answer);
  };
  return Object.assign(handle, { prefix: resolved.basePath });
}

/** A request, and what there is at its path. */
interface Asked {
  readonly request: Request;
  readonly url: URL;
  readonly found: Found<Served> | undefined;
  readonly client: WebClient;
}

async function answerAt(
  context: Context,
  { request, url, found, client }: Asked,
  document: () => Answer,
): Promise<Answer> {
  const { problemBaseUrl, report } = context;
  if (found === undefined) return problemAnswer({ code: "unknown_path" }, problemBaseUrl);
  const { byMethod, params } = found;
  const fields = [["allow", [...byMethod.keys(), "OPTIONS"].join(", ")]] as const;
  if (request.method === "OPTIONS") return emptyAnswer(204, fields);
  const served = byMethod.get(request.method);
  if (served === undefined)
    return problemAnswer({ code: "method_not_allowed", fields }, problemBaseUrl);
  if (!("run" in served)) return document();
  try {
    const outcome = await outcomeOf(context, served, { request, url, params, client });
    return isRefusal(outcome) ? problemAnswer(outcome, problemBaseUrl) : answerOf(outcome);
  } catch (cause) {
    report(cause);
    return problemAnswer({ code: "unavailable" }, problemBaseUrl);
  }
}

/** Throws for an outage. */
async function outcomeOf(
  context: Context,
  route: Route,
  { request, url, params, client }: Omit<Asked, "found"> & { readonly params: Params },
): Promise<Outcome | Refusal> {
  const { tokens, basePath, origins, carriesToken } = context;
  // Before the host is asked: what a page of another site or a token sends does not touch its sessions.
  if (carriesToken(request.headers)) return TOKEN_NOT_ALLOWED;
  const crossSite = refuseCrossSite(request, origins);
  if (crossSite !== undefined) return crossSite;
  const id = checkActor(await context.actor(request, client));
  if (id === undefined) return { code: "signed_out" };
  return asRefusal(async () => {
    const actor = await tokens.owner({ owner: id, actor: id });
    const refused = refuseByPath(route, { actor, params });
    if (refused !== undefined) return refused;
    const input = await readInput(route, request, url.searchParams);
    if (isRefusal(input)) return input;
    const guards = { unchangedSince: undefined, replaces: undefined };
    const call = { tokens, actor, basePath, url, params, ...input, ...guards };
    return carryOut(context, route, { request, client }, call);
  });
}

/** What names nobody is the host's mistake: nobody is signed in by it, and the host is told. */
function checkActor(actor: unknown): string | undefined {
  if (actor === undefined) return undefined;
  const id = checkText(actor, LONGEST_ID, "what options.actor answers");
  if (id === SYSTEM_ID) throw new RangeError("options.actor must not answer with the host itself");
  return id;
}

async function carryOut(
  context: Context,
  route: Route,
  { request, client }: Pick<Asked, "request" | "client">,
  call: Call,
): Promise<Outcome | Refusal> {
  const { headers } = request;
  if (route.isSensitive && !(await isConfirmed(context, request, client)))
    return { code: "step_up_required" };
  const condition = readCondition(route, headers);
  if (isRefusal(condition)) return condition;
  const run = () => perform(route, call, condition.value);
  if (!route.isRepeatable) return run();
  const key = readIdempotencyKey(headers);
  if (isRefusal(key)) return key;
  if (key.value === undefined) return run();
  const repeats = { store: context.idempotency, now: context.now, report: context.report };
  const { operationId } = route;
  return runOnce(repeats, { operationId, key: key.value, call }, run);
}

/** What is not a plain yes is none (ASVS 16.5.3); what the host throws is an outage, also where it is an error of an operation of its own. */
async function isConfirmed(
  { stepUp }: Context,
  request: Request,
  client: WebClient,
): Promise<boolean> {
  try {
    return (await stepUp(request, client)) === true;
  } catch (cause) {
    throw new TokenryError("unavailable", { cause });
  }
}

function answerOf({ status, body, fields = [], version }: Outcome): Answer {
  const all = version === undefined ? fields : [...fields, ["etag", `"${version}"`] as const];
  return body === undefined ? emptyAnswer(status, all) : jsonAnswer(status, body, all);
}

const DOCUMENT_SECONDS = 3600;

/** It holds nothing of the configuration and nothing of anybody: whoever asks may read and keep it. Made when it is first asked for. */
function documentAnswer(basePath: string): () => Answer {
  let answer: Answer | undefined;
  return () => {
    answer ??= {
      status: 200,
      headers: [
        ["content-type", "application/json"],
        ["cache-control", `public, max-age=${DOCUMENT_SECONDS}`],
        ...SECURITY_FIELDS,
      ],
      body: JSON.stringify(openApiDocument(basePath)),
    };
    return answer;
  };
}

function responseOf(request: Request, { status, headers, body }: Answer): Response {
  const fields = new Headers();
  for (const [name, value] of headers) fields.append(name, value);
  const hasBody = body !== "" && request.method !== "HEAD";
  return new Response(hasBody ? body : null, { status, headers: fields });
}
