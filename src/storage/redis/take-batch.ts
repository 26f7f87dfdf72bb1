import { decideTake } from "../../budget/decide.ts";
import type { Bucket, Taken } from "../../ports/budget-store.ts";
import type { Place } from "./place.ts";

/** A call that waits for its answer. */
export interface WaitingTake {
  readonly buckets: readonly Bucket[];
  /** Where each bucket is kept. */
  readonly places: readonly Place[];
  readonly cost: number;
  /** 0 where the server's clock counts. */
  readonly now: number;
  readonly resolve: (taken: Taken) => void;
  readonly reject: (cause: unknown) => void;
}

/** The keys and the argument with which the script does several takes. A key that several takes spend from comes once. */
export function batchOf(takes: readonly WaitingTake[]): { keys: string[]; takes: string } {
  const keys: string[] = [];
  // For the few keys of a lone call it costs more than it saves.
  const indexes = takes.length > 1 ? new Map<string, number>() : undefined;
  const numbers: number[] = [];
  for (const { buckets, places, cost, now } of takes) {
    numbers.push(now, cost, buckets.length);
    for (let index = 0; index < buckets.length; index++) {
      const { limit, windowMs } = buckets[index] as Bucket;
      const { key } = places[index] as Place;
      // Lua counts from 1.
      let known = indexes === undefined ? keys.indexOf(key) + 1 : (indexes.get(key) ?? 0);
      if (known === 0) {
        known = keys.push(key);
        indexes?.set(key, known);
      }
      numbers.push(known, limit, windowMs);
    }
  }
  return { keys, takes: JSON.stringify(numbers) };
}

/** Answers each take by what the script said. Throws TypeError, having answered none, when that is no answer of the script. */
export function settle(takes: readonly WaitingTake[], reply: unknown): void {
  // Some clients can be told to answer with bytes.
  const answer: unknown = JSON.parse(String(reply));
  let length = 0;
  for (const { buckets } of takes) length += 1 + buckets.length;
  if (!Array.isArray(answer) || answer.length !== length) {
    throw new TypeError("Redis answered with something else than the script's answer");
  }
  let next = 0;
  for (const take of takes) {
    const levels = next + 1;
    next = levels + take.buckets.length;
    settleOne(take, answer[levels - 1] === 1, answer.slice(levels, next));
  }
}

/** The script has decided: from its levels the same decision must follow, and with it what the caller is told. */
function settleOne(take: WaitingTake, allowed: boolean, levels: readonly unknown[]): void {
  if (!areNumbers(levels)) {
    const { key } = take.places[levels.findIndex((level) => typeof level !== "number")] as Place;
    take.reject(new TypeError(`the key ${JSON.stringify(key)} in Redis holds no budget`));
    return;
  }
  const decision = decideTake(levels, take.buckets, take.cost);
  if (decision.allowed === allowed) take.resolve(decision);
  else take.reject(new Error("Redis calculates otherwise than this process: no budget is decided"));
}

function areNumbers(levels: readonly unknown[]): levels is readonly number[] {
  return levels.every((level) => typeof level === "number");
}
