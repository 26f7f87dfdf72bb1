/** Assertions of the conformance suites: no runner and no runtime is needed for them. They throw an Error that says what differs. */

function fail(message: string | undefined, difference: string): never {
  throw new Error(message === undefined ? difference : `${message}: ${difference}`);
}

/** A value as a reader of a failed test wants to see it, shortened. */
function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (value instanceof Date || value instanceof Error) return String(value);
  if (typeof value !== "object" || value === null) return String(value);
  const text = JSON.stringify(value, (_, part: unknown) =>
    typeof part === "bigint" || part === undefined ? String(part) : part,
  );
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

/** Fails unless the condition holds. */
export function assertTrue(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

/** Fails unless both are the same value: `Object.is`, so that NaN equals itself and 0 is not -0. */
export function assertEqual(actual: unknown, expected: unknown, message?: string): void {
  if (Object.is(actual, expected)) return;
  fail(message, `expected ${show(expected)}, got ${show(actual)}`);
}

/**
 * Fails unless both have the same structure: plain objects, arrays and Dates by their contents, all else by `Object.is`.
 *
 * Strict as stored data needs it: a property that is `undefined` is not an absent one.
 */
export function assertDeepEqual(actual: unknown, expected: unknown, message?: string): void {
  const difference = findDifference(actual, expected, "");
  if (difference !== undefined) fail(message, difference);
}

/**
 * Fails unless the action throws or rejects, and resolves to what was thrown.
 *
 * @example
 * const error = await assertRejects(() => store.take(buckets, 1, now));
 */
export async function assertRejects(action: () => unknown, message?: string): Promise<unknown> {
  let value: unknown;
  try {
    value = await action();
  } catch (error) {
    return error;
  }
  return fail(message, `expected a rejection, got ${show(value)}`);
}

function findDifference(actual: unknown, expected: unknown, path: string): string | undefined {
  if (Object.is(actual, expected)) return undefined;
  const shape = shapeOf(expected);
  if (shape === undefined || shape !== shapeOf(actual)) {
    return `${at(path)}expected ${show(expected)}, got ${show(actual)}`;
  }
  if (shape === Date.prototype) return findDifference(Number(actual), Number(expected), path);
  // Both have a shape, so both are objects: the compiler cannot see that through shapeOf.
  return findEntryDifference(actual as object, expected as object, path);
}

/** What a value is compared as; `undefined` for what is compared by `Object.is` alone. */
function shapeOf(value: unknown): object | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  // Drivers make rows without a prototype: they are plain objects as well.
  const prototype: unknown = Object.getPrototypeOf(value) ?? Object.prototype;
  return [Object.prototype, Array.prototype, Date.prototype].find((shape) => shape === prototype);
}

function findEntryDifference(actual: object, expected: object, path: string): string | undefined {
  const rest = new Map<string, unknown>(Object.entries(actual));
  for (const [key, value] of Object.entries(expected)) {
    const inner = path === "" ? key : `${path}.${key}`;
    if (!rest.has(key)) return `${at(inner)}expected ${show(value)}, got nothing`;
    const difference = findDifference(rest.get(key), value, inner);
    if (difference !== undefined) return difference;
    rest.delete(key);
  }
  if (rest.size === 0) return undefined;
  return `${at(path)}expected nothing more, got ${show(Object.fromEntries(rest))}`;
}

function at(path: string): string {
  return path === "" ? "" : `at ${path}: `;
}
