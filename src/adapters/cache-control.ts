import type { HeaderField } from "../http/answer.ts";

const CACHE_CONTROL = "cache-control";
/** A directive before any quote: names of fields in quotes, as in `private="set-cookie"`, speak of these fields alone. */
const KEEPS_OFF = /^(?:[^"]*,)?[ \t]*(?:no-store|private)[ \t]*(?:,|$)/i;

/** A response of Node, or a reply of Fastify, that tells what is set. */
export interface FieldsOfHost {
  getHeader(name: string): unknown;
}

/** The header fields of an accepted call, without our `Cache-Control` where the host has set one that keeps shared caches off, too. */
export function fieldsBeside(
  response: FieldsOfHost,
  fields: readonly HeaderField[],
): readonly HeaderField[] {
  if (!hasCacheControl(fields) || !keepsOff(response.getHeader(CACHE_CONTROL))) return fields;
  return fields.filter(([name]) => name !== CACHE_CONTROL);
}

/** Whether `Cache-Control` is among the header fields of an accepted call. */
export function hasCacheControl(fields: readonly HeaderField[]): boolean {
  return fields.some(([name]) => name === CACHE_CONTROL);
}

/** Whether a value of `Cache-Control`, or its lines, have no shared cache keep an answer. */
export function keepsOff(value: unknown): boolean {
  const text: unknown = Array.isArray(value) ? value.join(",") : value;
  return typeof text === "string" && KEEPS_OFF.test(text);
}
