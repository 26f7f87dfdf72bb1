import { quoted } from "../checks.ts";
import type { Level } from "../model.ts";

const METHOD = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}$/;

/** The APIs that there are, with their methods. */
export type KnownApis = ReadonlyMap<string, { readonly methods: ReadonlySet<string> }>;

/** Whether a text can be an HTTP method (RFC 9110 section 9.1: a token). */
export function isMethod(text: string): boolean {
  return METHOD.test(text);
}

/**
 * Checks an access from outside and spreads it over the APIs known now: a level for all becomes a level for each, so that an API added
 * later has none (CORE-47).
 *
 * @throws TypeError for wrong types, RangeError for an unknown API, level or method; both name the path.
 */
export function normalizeAccess(
  value: unknown,
  apis: KnownApis,
  path: string,
): Readonly<Record<string, Level>> {
  const levels: Record<string, Level> = Object.create(null);
  if (typeof value === "string" || Array.isArray(value)) {
    for (const api of apis.keys()) levels[api] = normalizeLevel(value, undefined, path);
    return Object.freeze({ ...levels });
  }
  if (typeof value !== "object" || value === null)
    throw new TypeError(`${path} must be a level or an object of levels by API`);
  for (const api of Object.keys(value)) {
    const known = apis.get(api);
    if (known === undefined) throw new RangeError(`${path}: there is no API ${quoted(api)}`);
    levels[api] = normalizeLevel(
      (value as Record<string, unknown>)[api],
      known.methods,
      `${path}.${api}`,
    );
  }
  return Object.freeze({ ...levels });
}

/** Checks one level. Methods must be such as the API has; a list for all APIs may hold any method. */
function normalizeLevel(
  value: unknown,
  methods: ReadonlySet<string> | undefined,
  path: string,
): Level {
  if (Array.isArray(value))
    return Object.freeze([
      ...new Set(Array.from(value, (method) => normalizeMethod(method, methods, path))),
    ]);
  if (typeof value !== "string")
    throw new TypeError(`${path} must be "none", "read", "full" or a list of methods`);
  if (value !== "none" && value !== "read" && value !== "full") {
    throw new RangeError(
      `${path} must be "none", "read", "full" or a list of methods, not ${quoted(value)}`,
    );
  }
  return value;
}

function normalizeMethod(
  value: unknown,
  methods: ReadonlySet<string> | undefined,
  path: string,
): string {
  if (typeof value !== "string") throw new TypeError(`${path} must hold methods as text`);
  const known = methods === undefined ? isMethod(value) : methods.has(value);
  if (!known) throw new RangeError(`${path}: there is no method ${quoted(value)}`);
  return value;
}
