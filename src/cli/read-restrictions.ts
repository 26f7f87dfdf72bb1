import type { Access, Level, Network } from "../model.ts";
import { wrongUse } from "./command-error.ts";
import type { Values } from "./options.ts";

const WORDS: ReadonlySet<string> = new Set(["none", "read", "full"]);

/** One level for all APIs (`read`), or a level per API (`orders=read`, `invoices=GET,POST`). */
export function readAccess(texts: readonly string[]): Access | undefined {
  const [first] = texts;
  if (first === undefined) return undefined;
  if (texts.length === 1 && !first.includes("=")) return readLevel(first);
  return Object.fromEntries(
    texts.map((text) => {
      const [api, level] = pairOf(text, "--access", "orders=read");
      return [api, readLevel(level)];
    }),
  );
}

function readLevel(text: string): Level {
  // A cast, as the words are the levels that have a name.
  return WORDS.has(text) ? (text as Level) : text.split(",").map((method) => method.trim());
}

/** From where: `undefined` where nothing was said of it. */
export function readNetwork(values: Values): Network | undefined {
  const include = values.list("include");
  const exclude = values.list("exclude");
  if (include.length === 0 && exclude.length === 0) return undefined;
  return {
    ...(include.length > 0 ? { include } : {}),
    ...(exclude.length > 0 ? { exclude } : {}),
  };
}

/** Percentages by API. */
export function readBudgets(texts: readonly string[]): Record<string, number> | undefined {
  if (texts.length === 0) return undefined;
  return Object.fromEntries(
    texts.map((text) => {
      const [api, percent] = pairOf(text, "--budget", "orders=25");
      if (!/^\d{1,3}$/.test(percent)) throw wrongUse("--budget must be as in orders=25.");
      return [api, Number(percent)];
    }),
  );
}

function pairOf(text: string, option: string, example: string): readonly [string, string] {
  const end = text.indexOf("=");
  if (end < 1 || end === text.length - 1) throw wrongUse(`${option} must be as in ${example}.`);
  return [text.slice(0, end), text.slice(end + 1)];
}
