const NO_ENTRIES: object = Object.freeze({});
const NO_ITEMS: readonly unknown[] = Object.freeze([]);

/**
 * Copies a JSON value, frozen all through, so that neither who gave it nor who reads it can change what is stored.
 *
 * Empty objects and arrays are shared: most tokens have several. A key named `__proto__` stays an own key.
 */
export function frozenCopy<Value>(value: Value): Value {
  // Each branch gives a value of the shape that it was given, which the compiler cannot follow through a generic.
  return copyOf(value) as Value;
}

function copyOf(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.length === 0 ? NO_ITEMS : Object.freeze(value.map(copyOf));
  // A spread keeps the compact layout of the original, as building it key by key does not.
  const copy: Record<string, unknown> = { ...value };
  const keys = Object.keys(copy);
  for (const key of keys) {
    if (typeof copy[key] === "object") copy[key] = copyOf(copy[key]);
  }
  return keys.length === 0 ? NO_ENTRIES : Object.freeze(copy);
}
