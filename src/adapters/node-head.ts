import type { HeaderField } from "../http/answer.ts";

/** What this needs of Node's ServerResponse. */
export interface HeadResponse {
  writeHead(status: number, ...rest: unknown[]): unknown;
  hasHeader(name: string): boolean;
  setHeader(name: string, value: string): unknown;
}

/**
 * Has fields written with the head of a response, where it does not have them itself. A framework that hands all of its own to `writeHead`
 * keeps Node's short way so, which is lost by `setHeader`.
 */
export function addToHead(response: HeadResponse, fields: readonly HeaderField[]): void {
  const { writeHead } = response;
  response.writeHead = (status, ...rest) => {
    const [record] = rest;
    const missing = fields.filter(([name]) => !response.hasHeader(name));
    if (rest.length === 1 && isRecord(record))
      return writeHead.call(response, status, withMissing(record, missing));
    for (const [name, value] of missing) response.setHeader(name, value);
    return writeHead.call(response, status, ...rest);
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function withMissing(
  record: Readonly<Record<string, unknown>>,
  fields: readonly HeaderField[],
): Readonly<Record<string, unknown>> {
  const all: Record<string, unknown> = { ...record };
  for (const [name, value] of fields) if (!hasField(record, name)) all[name] = value;
  return all;
}

/** Names of fields are the same in any case of letters. */
function hasField(record: object, name: string): boolean {
  for (const key of Object.keys(record))
    if (key.length === name.length && key.toLowerCase() === name.toLowerCase()) return true;
  return false;
}
