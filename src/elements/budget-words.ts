import { shareOf } from "../budget/share.ts";
import type { WireApi } from "../manage/client/index.ts";
import { windowWords } from "./duration-words.ts";
import { type Saying, say } from "./texts.ts";

/**
 * What a percentage of an API's budget means.
 *
 * @example
 * budgetMeaning({ limit: 600, windowMs: 60_000, methods }, 50, { locale: "en" }); // "50 % = 300 of 600 calls a minute"
 */
export function budgetMeaning(api: WireApi, percent: number, saying: Saying): string {
  const { limit, windowMs } = api;
  const window = windowWords(windowMs, saying);
  const values = { percent, share: shareOf(limit, percent), limit, window };
  return say("budget_meaning", { ...saying, values });
}

/**
 * How many calls a percentage allows, short.
 *
 * @example
 * callsWords({ limit: 600, windowMs: 60_000, methods }, 50, { locale: "en" }); // "300 calls a minute"
 */
export function callsWords(api: WireApi, percent: number, saying: Saying): string {
  const count = shareOf(api.limit, percent);
  const values = { count, window: windowWords(api.windowMs, saying) };
  return say("budget_calls", { ...saying, values });
}

/** The whole percentage from 1 to `most` that is meant by what was typed; `undefined` for what is no number. */
export function percentOf(text: string, most: number): number | undefined {
  const number = Number(text);
  if (text.trim() === "" || !Number.isFinite(number)) return undefined;
  return Math.min(Math.max(Math.round(number), 1), most);
}
