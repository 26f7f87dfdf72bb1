import { addDuration, durationMs } from "../lifecycle/duration.ts";
import type { Duration } from "../model.ts";
import type { Context } from "./context.ts";

const BATCH = 1000;
const DAY_MS = 86_400_000;

/** What a pass did. */
export interface PruneResult {
  readonly pruned: number;
}

/** Deletes events that are older than they are to be kept. See `Jobs.prune`. */
export async function prune(context: Context): Promise<PruneResult> {
  const { keepEvents, repository } = context;
  let pruned = 0;
  if (keepEvents === undefined) return { pruned };
  const before = cutoff(context.now(), keepEvents);
  for (;;) {
    const deleted = await repository.pruneEvents(before, BATCH);
    pruned += deleted;
    if (deleted < BATCH || context.mustStop()) return { pruned };
  }
}

/** By how much a calendar step may end later when it begins earlier: 30 and 31 January both step to the end of February. */
const CALENDAR_MS = 4 * DAY_MS;

/** Nothing is deleted before its time: of a calendar duration, whose length depends on its begin, an event is kept up to nine days longer. */
function cutoff(now: number, keep: Duration): number {
  const length = durationMs(keep);
  if (length !== undefined) return now - length;
  let before = now - (addDuration(now, keep) - now);
  while (addDuration(before, keep) > now - CALENDAR_MS) before -= DAY_MS;
  return before;
}
