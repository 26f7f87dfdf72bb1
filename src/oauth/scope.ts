import type { Levels } from "../access/available.ts";
import { neededMethod } from "../access/level.ts";
import { isMethod } from "../access/normalize.ts";
import type { Level } from "../model.ts";

/** RFC 6749 section 3.3: scope-tokens of visible ASCII without `"` and `\`, each apart by one space. */
const SCOPE = /^[!#-[\]-~]+(?: [!#-[\]-~]+)*$/;
const LONGEST = 4096;

/** The scopes of a text as a request or a token has it; `undefined` for what is no list of scopes. Source: R6750-07. */
export function parseScope(text: string): readonly string[] | undefined {
  return text.length <= LONGEST && SCOPE.test(text) ? [...new Set(text.split(" "))] : undefined;
}

/**
 * Writes levels as scopes: `orders:read`, `orders:full`; of other lists of methods each by itself, `orders:PUT`. Sorted, so that the same
 * access is the same text.
 *
 * @example
 * scopesOf({ orders: "full", invoices: ["GET", "PUT"] }); // ["invoices:PUT", "invoices:read", "orders:full"]
 */
export function scopesOf(levels: Levels): readonly string[] {
  return Object.entries(levels)
    .flatMap(([api, level]) => rightsOf(level).map((right) => scopeOf(api, right)))
    .sort();
}

/** All scopes that an API with these methods can have, for metadata. */
export function scopesOfApi(api: string): readonly string[] {
  return [scopeOf(api, FULL), scopeOf(api, READ)];
}

function scopeOf(api: string, right: string): string {
  return `${encodeURIComponent(api)}:${right}`;
}

const READ = "read";
const FULL = "full";
/** Words for levels; a method of such a name has no scope of its own. */
const WORDS: ReadonlySet<string> = new Set([READ, FULL, "none"]);

function rightsOf(level: Level): readonly string[] {
  if (level === "none") return [];
  if (typeof level === "string") return [level];
  return level.flatMap((method) => {
    if (method === "GET") return READ;
    return WORDS.has(method) ? [] : method;
  });
}

/**
 * Reads scopes as levels. `undefined` if one of them is none of an API: what is not understood is not granted. A scope of an API that there
 * is not gives a level all the same, for others to refuse.
 */
export function levelsOf(scopes: readonly string[]): Levels | undefined {
  const rights = new Map<string, Set<string>>();
  for (const scope of scopes) {
    const right = readScope(scope);
    if (right === undefined) return undefined;
    const known = rights.get(right.api) ?? new Set();
    rights.set(right.api, known.add(right.right));
  }
  return Object.fromEntries([...rights].map(([api, names]) => [api, levelFor(names)]));
}

/** Reads what is a scope of an API, and passes over the others: a token may hold scopes of the host's own. */
export function levelsAmong(scopes: readonly string[]): Levels {
  return levelsOf(scopes.filter((scope) => readScope(scope) !== undefined)) ?? {};
}

function readScope(scope: string): { readonly api: string; readonly right: string } | undefined {
  const colon = scope.lastIndexOf(":");
  const [encoded, right] = [scope.slice(0, Math.max(0, colon)), scope.slice(colon + 1)];
  if (encoded === "" || right === "none" || !isMethod(right)) return undefined;
  try {
    const api = decodeURIComponent(encoded);
    // One spelling only, so that nothing is granted by a text that looks like another.
    return encodeURIComponent(api) === encoded ? { api, right } : undefined;
  } catch {
    return undefined;
  }
}

function levelFor(rights: ReadonlySet<string>): Level {
  if (rights.has(FULL)) return FULL;
  if (rights.size === 1 && rights.has(READ)) return READ;
  return Object.freeze([...new Set([...rights].map(methodOf))]);
}

function methodOf(right: string): string {
  return right === READ ? "GET" : neededMethod(right);
}
