import type { Access, Level, Network } from "../model.ts";
import { wrongUse } from "./command-error.ts";
import type { Values } from "./options.ts";

type NamedLevel = Extract<Level, string>;

const WORDS: ReadonlySet<string> = new Set<NamedLevel>(["none", "read", "full"]);

/** One level for all APIs (`read`), or a level per API (`orders=read`, `invoices=GET,POST`). */
export function readAccess(texts: readonly string[]): Access | undefined {
  const [first] = texts;
  if (first === undefined) return undefined;
  if (texts.length > 1 || first.includes("="))
    return byApi(texts, { option: "--access", example: "orders=read", read: readLevel });
  // A word alone is a level and no method: those differ from API to API.
  if (isNamed(first)) return first;
  throw wrongUse("--access must be read, full or none, or as in orders=read.");
}

function isNamed(text: string): text is NamedLevel {
  return WORDS.has(text);
}

function readLevel(text: string): Level {
  return isNamed(text) ? text : text.split(",").map((method) => method.trim());
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
  return byApi(texts, { option: "--budget", example: "orders=25", read: readPercent });
}

function readPercent(text: string): number {
  if (!/^\d{1,3}$/.test(text)) throw wrongUse("--budget must be as in orders=25.");
  return Number(text);
}

/** An option that is given once for each API. */
interface ByApi<Value> {
  readonly option: string;
  readonly example: string;
  readonly read: (text: string) => Value;
}

function byApi<Value>(
  texts: readonly string[],
  { option, example, read }: ByApi<Value>,
): Record<string, Value> {
  const values = new Map<string, Value>();
  for (const text of texts) {
    const end = text.indexOf("=");
    if (end < 1 || end === text.length - 1) throw wrongUse(`${option} must be as in ${example}.`);
    const api = text.slice(0, end);
    if (values.has(api)) throw wrongUse(`${option} names ${api} twice.`);
    values.set(api, read(text.slice(end + 1)));
  }
  return Object.fromEntries(values);
}
