/** PostgreSQL refuses payloads of 8,000 bytes and more. Source: NOTIFY. */
const MOST_BYTES = 7999;

/** The key that says: drop everything. */
export const ALL = "*";

/**
 * Keys as payloads: JSON arrays, as many as are needed. All in ASCII, so that characters are bytes and the database's encoding does not
 * matter. A key that fits into none says `"*"` instead.
 */
export function payloadsOf(keys: readonly string[]): readonly string[] {
  const payloads: string[] = [];
  let items: string[] = [];
  let length = 2;
  for (const key of keys) {
    const item = itemOf(key);
    if (length + item.length > MOST_BYTES) {
      payloads.push(`[${items.join()}]`);
      [items, length] = [[], 2];
    }
    items.push(item);
    length += item.length + 1;
  }
  return items.length === 0 ? payloads : [...payloads, `[${items.join()}]`];
}

function itemOf(key: string): string {
  const item = JSON.stringify(key).replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return item.length + 2 > MOST_BYTES ? JSON.stringify(ALL) : item;
}

/** The keys of a payload; everything, where it is none of ours. */
export function keysOf(payload: string | undefined): readonly string[] {
  const keys = parsed(payload ?? "");
  const areKeys = Array.isArray(keys) && keys.every((key) => typeof key === "string");
  return areKeys ? keys : [ALL];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
