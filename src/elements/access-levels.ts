import type { WireApi, WireLevel } from "../manage/client/index.ts";
import { type Saying, say } from "./texts.ts";

/** The levels that a choice offers, in its order. */
export const LEVELS = ["full", "read", "none"] as const;

export type LevelWord = (typeof LEVELS)[number];

/**
 * A level in words, with the methods that it stands for where the API is known.
 *
 * @example
 * levelWords("full", ["GET", "POST"], { locale: "en" }); // "Full Access (GET & POST)"
 * levelWords(["GET", "POST"], undefined, { locale: "en" }); // "GET & POST only"
 */
export function levelWords(
  level: WireLevel,
  methods: readonly string[] | undefined,
  saying: Saying,
): string {
  if (typeof level !== "string")
    return say("level_methods", { ...saying, values: { methods: listed(level, saying) } });
  const word = say(`level_${level}`, saying);
  const allowed = methods === undefined ? [] : methodsOf(level, methods);
  if (allowed.length === 0) return word;
  const values = { level: word, methods: listed(allowed, saying) };
  return say("level_with_methods", { ...saying, values });
}

/** The methods of a level as they are named: HEAD goes with GET, unnamed. */
function methodsOf(level: LevelWord, methods: readonly string[]): readonly string[] {
  if (level === "none") return [];
  const named = methods.filter((method) => method !== "HEAD");
  return level === "full" ? named : named.filter((method) => method === "GET");
}

function listed(methods: readonly string[], { locale }: Saying): string {
  return new Intl.ListFormat(locale, { style: "short" }).format(methods);
}

/** The level of one API set, those of APIs that are no more left out. */
export function withLevel(
  levels: Readonly<Record<string, WireLevel>>,
  apis: Readonly<Record<string, WireApi>>,
  [changed, level]: readonly [api: string, level: WireLevel],
): Record<string, WireLevel> {
  const present = Object.entries(levels).filter(([api]) => Object.hasOwn(apis, api));
  return { ...Object.fromEntries(present), [changed]: level };
}

/** One level for every API that there is (CRT-06). */
export function levelForAll(
  apis: Readonly<Record<string, WireApi>>,
  level: LevelWord,
): Record<string, WireLevel> {
  return Object.fromEntries(Object.keys(apis).map((api) => [api, level]));
}

/** Whether two levels are the same. */
export function isSameLevel(left: WireLevel, right: WireLevel): boolean {
  return String(left) === String(right) && typeof left === typeof right;
}
