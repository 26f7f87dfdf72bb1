import type { HeaderField } from "../http/answer.ts";

/** What this needs of Node's ServerResponse. */
export interface HeadResponse {
  writeHead(status: number, ...rest: unknown[]): unknown;
  hasHeader(name: string): boolean;
  setHeader(name: string, value: string): unknown;
}

/**
 * Has fields written with the head of a response, where it does not have them itself. A handler or a framework that hands all of its own to
 * `writeHead` keeps Node's short way so, which is lost by `setHeader`; for the others it costs the same.
 */
export function addToHead(response: HeadResponse, fields: readonly HeaderField[]): void {
  const { writeHead } = response;
  // Node calls it by itself with a status alone. Without rest parameters, which would be an array for each answer.
  response.writeHead = (status: number, reason?: unknown, record?: unknown) => {
    if (record === undefined && isRecord(reason))
      return writeHead.call(response, status, withMissing(response, reason, fields));
    for (const [name, value] of fields)
      if (!response.hasHeader(name)) response.setHeader(name, value);
    return reason === undefined
      ? writeHead.call(response, status)
      : writeHead.call(response, status, reason, record);
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function withMissing(
  response: HeadResponse,
  record: Readonly<Record<string, unknown>>,
  fields: readonly HeaderField[],
): Readonly<Record<string, unknown>> {
  const all: Record<string, unknown> = { ...record };
  for (const [name, value] of fields)
    if (!response.hasHeader(name) && !hasField(record, name)) all[name] = value;
  return all;
}

/** Names of fields are the same in any case of letters. */
function hasField(record: object, name: string): boolean {
  for (const key of Object.keys(record))
    if (key.length === name.length && key.toLowerCase() === name.toLowerCase()) return true;
  return false;
}
