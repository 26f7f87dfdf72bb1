import { CompiledQuery } from "kysely";
import type { Meter } from "../../budget/decide.ts";
import type { Taken } from "../../ports/budget-store.ts";
import type { Attention } from "./budgets-batches.ts";
import { decideTakes, type Take, windowsOf } from "./budgets-decide.ts";
import { takeStatement } from "./budgets-statement.ts";
import type { RunStatement } from "./pool.ts";
import { retrying } from "./retry.ts";
import { readText, unreadable } from "./row.ts";
import type { SqlContext } from "./sql-context.ts";

/** What is run for a batch: the keys, the longest window of each, and the numbers of the takes. */
type Parameters = readonly [keys: readonly string[], windows: number[], numbers: number[]];

/** Whether the statement can decide a take: it knows one meter or two. */
export function isForStatement({ buckets }: Take): boolean {
  const [first, second] = buckets;
  return buckets.length === 1 || (buckets.length === 2 && first?.key !== second?.key);
}

/**
 * Decides batches by one statement each. What it answers with is what was spent before: from that the same decisions follow here, and with
 * them what callers are told.
 */
export function takeByStatement(
  { db, capabilities }: SqlContext,
  run: RunStatement,
): (takes: readonly Take[], attention: Attention) => Promise<readonly Taken[]> {
  const text = takeStatement(db);
  return async (takes, attention) => {
    const parameters = parametersOf(takes);
    const query = CompiledQuery.raw(text, [...parameters]);
    const [row] = await retrying(
      () => run(query),
      (error) => !attention.isGone && capabilities.isLostRace(error),
    );
    if (row === undefined) throw unreadable("before");
    const { answers } = decideTakes(takes, metersOf(parameters[0], readText(row, "before")));
    const allowed = answers.map((answer) => (answer.allowed ? "1" : "0")).join("");
    if (allowed === row.allowed) return answers;
    throw new Error("The database calculates otherwise than this process: no budget is decided.");
  };
}

function parametersOf(takes: readonly Take[]): Parameters {
  const windows = windowsOf(takes);
  const keys = [...windows.keys()];
  const places = new Map(keys.map((key, index) => [key, 2 * index]));
  const numbers = takes.flatMap(({ buckets, cost, now }) => {
    const [first, second = first] = buckets;
    if (first === undefined || second === undefined) throw new RangeError("a take has no bucket");
    return [
      ...[places.get(first.key) ?? 0, places.get(second.key) ?? 0],
      ...[first.limit, second.limit, first.windowMs, second.windowMs, cost, now],
    ];
  });
  return [keys, [...windows.values()], numbers];
}

/** Meters out of `at level at level…`; `-Infinity` is the time of a meter that is missing. */
function metersOf(keys: readonly string[], text: string): ReadonlyMap<string, Meter> {
  const numbers = text.split(" ").map(Number);
  if (numbers.length !== 2 * keys.length || numbers.some(Number.isNaN)) throw unreadable("before");
  const meters = new Map<string, Meter>();
  for (const [index, key] of keys.entries()) {
    const [at, level] = [numbers[2 * index] as number, numbers[2 * index + 1] as number];
    if (Number.isFinite(at)) meters.set(key, { at, level });
  }
  return meters;
}
