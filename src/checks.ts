/**
 * Checks of values from outside: a wrong type throws TypeError, a wrong value RangeError, and both name the path of the value.
 */

const LONGEST_QUOTED = 64;
const LONGEST_LOOKED_AT = 128;

/**
 * Names what was given, in visible ASCII, so that it can neither break a line of a log nor hide in it; without repeating more of it than
 * is of use, nor anything that may be a secret put in the wrong place.
 */
export function quoted(value: string): string {
  // A bound, as the regular expression would take a stack of the length of a run; a run that is cut may be the start of a secret.
  const start =
    value.length > LONGEST_LOOKED_AT
      ? value.slice(0, LONGEST_LOOKED_AT).replace(/[0-9A-Za-z]*$/, "…")
      : value;
  const safe = start.replace(/[0-9A-Za-z]{20,}/g, "…");
  const cut = safe.length > LONGEST_QUOTED ? `${safe.slice(0, LONGEST_QUOTED)}…` : safe;
  return JSON.stringify(cut).replace(
    /[^ -~…]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/**
 * A copy of a request, as plain data: no getter, no proxy and no later change to the original has a say in what is checked.
 *
 * As deep as requests go; what is nested deeper is of a wrong type in any case.
 */
export function plainCopy<Request>(request: Request): Request {
  try {
    // A copy has the type of what it was made of, which the compiler cannot follow through a generic.
    return copyOf(request, 3) as Request;
  } catch (cause) {
    throw new TypeError("request cannot be read", { cause });
  }
}

function copyOf(value: unknown, depth: number): unknown {
  if (typeof value !== "object" || value === null || depth < 0) return value;
  if (Array.isArray(value)) return Array.from(value, (item) => copyOf(item, depth - 1));
  if (value instanceof Date) return new Date(Date.prototype.getTime.call(value));
  const fields: Record<PropertyKey, unknown> = { ...value };
  for (const key of Reflect.ownKeys(fields)) fields[key] = copyOf(fields[key], depth - 1);
  return fields;
}

/** An object that is no array. */
export function checkObject(
  value: unknown,
  path: string,
): asserts value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new TypeError(`${path} must be an object`);
}

/** An object with no other keys than these: a mistyped option is an error, not a default. */
export function checkKeys(value: unknown, keys: ReadonlySet<string>, path: string): void {
  checkObject(value, path);
  for (const key of Object.keys(value)) {
    if (!keys.has(key))
      throw new TypeError(`${path}: there is no ${quoted(key)}; known are ${[...keys].join(", ")}`);
  }
}

/** One of a few words. */
export function checkOneOf<Value extends string>(
  value: unknown,
  values: readonly Value[],
  path: string,
): Value {
  const found = values.find((candidate) => candidate === value);
  if (found !== undefined) return found;
  const message = `${path} must be one of ${values.map(quoted).join(", ")}`;
  throw typeof value === "string"
    ? new RangeError(`${message}, not ${quoted(value)}`)
    : new TypeError(message);
}

/** An array, empty when absent. */
export function checkList<Value>(
  value: readonly Value[] | undefined,
  path: string,
): readonly Value[] {
  if (value !== undefined && !Array.isArray(value)) throw new TypeError(`${path} must be an array`);
  // A hole in an array is skipped by most loops: here it becomes a value that is refused.
  return Array.from(value ?? []);
}

/** True or false, false when absent. */
export function checkFlag(value: unknown, path: string): boolean {
  if (value !== undefined && typeof value !== "boolean")
    throw new TypeError(`${path} must be true or false`);
  return value ?? false;
}

/** A whole number within bounds. */
export function checkWhole(value: unknown, least: number, most: number, path: string): number {
  if (typeof value !== "number") throw new TypeError(`${path} must be a number`);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new RangeError(`${path} must be a whole number from ${least} to ${most}`);
}

/** Functions, each where it is given, by the names under which the path has them. */
export function checkFunctions(values: object, path: string): void {
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && typeof value !== "function")
      throw new TypeError(`${path}.${name} must be a function`);
  }
}

/** Something that has these methods. */
export function checkMethods(value: unknown, methods: readonly string[], path: string): void {
  if (typeof value !== "function") checkObject(value, path);
  for (const method of methods) {
    if (typeof (value as Record<string, unknown>)[method] !== "function")
      throw new TypeError(`${path}.${method} must be a function`);
  }
}

/** Control characters, line and paragraph separators, and the marks that turn the direction of text (AP-4, CORE-08). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused.
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;

/** A text of 1 to `most` characters that can be stored, printed and put into a header of a mail without harm. */
export function checkText(value: unknown, most: number, path: string): string {
  if (typeof value !== "string") throw new TypeError(`${path} must be a string`);
  if (value.length === 0) throw new RangeError(`${path} must not be empty`);
  if (value.length > most) throw new RangeError(`${path} must be at most ${most} characters`);
  if (UNSAFE.test(value) || !isWellFormed(value))
    throw new RangeError(`${path} must not hold control characters`);
  return value;
}

/** No half of a surrogate pair: a database would refuse or change it. */
function isWellFormed(text: string): boolean {
  return !/[\ud800-\udfff]/u.test(text);
}

/** Where a connection does not leave this machine. */
const LOOPBACK: ReadonlySet<string> = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** Whether a URL is of https and names no user; plain HTTP is for this machine alone. */
export function isSafeUrl({ protocol, hostname, username, password }: URL): boolean {
  if (username !== "" || password !== "") return false;
  return protocol === "https:" || (protocol === "http:" && LOOPBACK.has(hostname));
}
