import type { Answer, HeaderField } from "../http/answer.ts";
import type { RequestReader } from "../http/request-reader.ts";

/** A request, and whatever else the platform calls its handler with. */
export interface FetchCall {
  readonly request: Request;
  readonly rest: readonly unknown[];
}

/** Reads requests of the Fetch standard, whose `Headers` join the lines of a field: two credentials are one that is no credential. */
export function createFetchReader(
  peer: (call: FetchCall) => string | undefined,
): RequestReader<FetchCall> {
  return {
    method: ({ request }) => request.method,
    target: ({ request }) => request.url,
    peer,
    lines({ request }, name) {
      const value = request.headers.get(name);
      return value === null ? NO_LINES : [value];
    },
  };
}

const NO_LINES: readonly string[] = [];

/** Makes a response of an answer. */
export function responseOf({ status, headers, body }: Answer): Response {
  // A copy, as the standard's type is of mutable pairs.
  const fields = headers.map(([name, value]): [string, string] => [name, value]);
  return new Response(body === "" ? null : body, { status, headers: fields });
}

/** For which request a response got which fields: a host may answer with one and the same object again. */
interface Given {
  readonly request: Request;
  readonly names: readonly string[];
}

/** Where that is kept: on the response, as a WeakMap of them costs more than the headers do. */
const GIVEN: unique symbol = Symbol("tokenry fields");

/**
 * Puts the header fields of an accepted call on the handler's response, whose own fields win. Its body is not touched where that can be
 * avoided: on some platforms a look at it turns a file or a text into a stream.
 *
 * A response with immutable headers is copied, and one that was an answer before too: what it says of budgets is another token's.
 */
export function withFields(
  response: Response & { [GIVEN]?: Given },
  fields: readonly HeaderField[],
  request: Request,
): Response {
  // Neither a switch of protocols nor a network error (status 0) can be copied, and neither is an answer of the handler's.
  if (response.status === 101 || response.status === 0) return response;
  const before = response[GIVEN];
  // A frozen one keeps no note, and what is added to its headers could not be told from the host's own.
  if (Object.isExtensible(response) && (before === undefined || before.request === request)) {
    const names = addMissing(response.headers, fields);
    if (names !== undefined) {
      response[GIVEN] = { request, names: before ? [...before.names, ...names] : names };
      return response;
    }
  }
  const copy = new Response(response.body, response);
  for (const name of before?.names ?? []) copy.headers.delete(name);
  addMissing(copy.headers, fields);
  return copy;
}

/** Adds the fields that are not there, and tells which; `undefined` for immutable headers, which cannot be told from others by a look. */
function addMissing(headers: Headers, fields: readonly HeaderField[]): string[] | undefined {
  const names: string[] = [];
  try {
    for (const [name, value] of fields) {
      if (headers.has(name)) continue;
      headers.set(name, value);
      names.push(name);
    }
  } catch {
    // A TypeError, and where tests or an edge runtime run in a realm of their own another realm's.
    return undefined;
  }
  return names;
}
