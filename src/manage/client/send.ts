import type { WireProblem } from "../schemas.ts";
import { ManagementError } from "./management-error.ts";

/** Where the management API is, and how it is reached. */
export interface SendOptions {
  /** The path or URL of the API, as its `basePath` says: `"/tokenry"`. */
  readonly baseUrl: string;
  /** Default: the platform's. */
  readonly fetch?: typeof fetch;
}

/** What a request carries besides its method and path. */
export interface Sent {
  readonly query?: object | undefined;
  readonly body?: object | undefined;
  /** What is to be changed; `null`: there is to be nothing yet. */
  readonly version?: number | string | null | undefined;
  readonly idempotencyKey?: string | undefined;
}

/** What an answer means that is none of the API's, but of what stands before it: a sign-in, a proxy. */
const CODES: ReadonlyMap<number, string> = new Map([
  [401, "signed_out"],
  [403, "forbidden"],
  [429, "unavailable"],
  [502, "unavailable"],
  [503, "unavailable"],
  [504, "unavailable"],
]);

/** Sends a request and reads its answer, which has the type that the caller names: it is the API's word. */
export type Send = <Answer>(method: string, path: string, sent?: Sent) => Promise<Answer>;

/** Makes the one way to the API. @throws TypeError for a wrong option. */
export function createSend({ baseUrl, fetch: given }: SendOptions): Send {
  if (typeof baseUrl !== "string") throw new TypeError("options.baseUrl must be a string");
  if (given !== undefined && typeof given !== "function")
    throw new TypeError("options.fetch must be a function");
  // Called without its object: browsers refuse a fetch that is a method of something else.
  const ask = given ?? ((input, init) => fetch(input, init));
  const base = baseUrl.replace(/\/+$/, "");
  return async (method, path, sent = {}) => {
    const response = await answerTo(ask, `${base}${path}${queryOf(sent.query)}`, {
      method,
      headers: headersOf(method, sent),
      credentials: "same-origin",
      // The API sends nobody elsewhere: what does is something before it, and a POST that became a GET would look done.
      redirect: "manual",
      ...(sent.body === undefined ? {} : { body: JSON.stringify(sent.body) }),
    });
    return read(response);
  };
}

async function answerTo(ask: typeof fetch, url: string, init: RequestInit): Promise<Response> {
  try {
    return await ask(url, init);
  } catch (cause) {
    const title = "The server cannot be reached.";
    throw new ManagementError({ code: "unreachable", status: 0, title }, { cause });
  }
}

/** What changes something says that it is JSON, with or without a body: no form of another site can (docs/management-api.md). */
function headersOf(method: string, { version, idempotencyKey }: Sent): Record<string, string> {
  return {
    accept: "application/json, application/problem+json",
    ...(method === "GET" ? {} : { "content-type": "application/json" }),
    ...conditionOf(version),
    ...(idempotencyKey === undefined ? {} : { "idempotency-key": quotedKey(idempotencyKey) }),
  };
}

function conditionOf(version: Sent["version"]): Readonly<Record<string, string>> {
  if (version === undefined) return {};
  return version === null ? { "if-none-match": "*" } : { "if-match": `"${version}"` };
}

/** A string of structured fields: without quotes a comma would make a list of it. */
function quotedKey(key: string): string {
  if (/^[!-~]{1,255}$/.test(key)) return `"${key.replace(/["\\]/g, "\\$&")}"`;
  throw invalid("An idempotency key is 1 to 255 visible characters of ASCII.");
}

/** What the API would refuse, or could not be asked at all. */
function invalid(title: string): ManagementError {
  return new ManagementError({ code: "invalid_input", status: 400, title });
}

function queryOf(query: object = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (Array.isArray(value) && value.length === 0)
      throw invalid(`${name} must not be an empty list: of a query, it would choose everything.`);
    for (const each of Array.isArray(value) ? value : [value])
      if (each !== undefined) search.append(name, String(each));
  }
  return search.size === 0 ? "" : `?${search}`;
}

async function read<Answer>(response: Response): Promise<Answer> {
  const type = response.headers.get("content-type") ?? "";
  // A cast, as the API's word is taken for its answers: an answer of something else has another type.
  if (response.status === 204) return undefined as Answer;
  const isJson = /^application\/(problem\+)?json\s*(;|$)/i.test(type);
  let cause: unknown;
  try {
    const body: unknown = isJson ? await response.json() : undefined;
    if (response.ok && typeof body === "object" && body !== null) return body as Answer;
    // The status of the answer: a problem's own is advice (RFC 9457 section 3.1.3).
    if (!response.ok && isProblem(body))
      throw new ManagementError({ ...body, status: response.status });
  } catch (error) {
    if (error instanceof ManagementError) throw error;
    cause = error;
  }
  const { status } = response;
  const title = `The server answered with status ${status}, and not as expected.`;
  throw new ManagementError({ code: CODES.get(status) ?? "unexpected", status, title }, { cause });
}

function isProblem(body: unknown): body is WireProblem {
  return (
    typeof body === "object" &&
    body !== null &&
    "code" in body &&
    typeof body.code === "string" &&
    "title" in body &&
    typeof body.title === "string"
  );
}
