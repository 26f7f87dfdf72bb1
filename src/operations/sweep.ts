import { isExpired } from "../lifecycle/expiry.ts";
import { PENDING } from "../lifecycle/slots.ts";
import type { Change, StoredEvent, StoredToken } from "../ports/repository.ts";
import { commitGroups, type Portion } from "./commit-groups.ts";
import type { Context } from "./context.ts";
import { portionEvents } from "./group-event.ts";
import { SYSTEM_ID } from "./input.ts";
import { expiredEvent } from "./issue.ts";
import { ownerGroups } from "./owner-groups.ts";
import { recordEvent } from "./record-event.ts";

const BATCH = 200;

/** What a pass did. */
export interface SweepResult {
  readonly removed: number;
}

/** Deletes expired tokens, each with its event, and one notice for an owner. See `Jobs.sweep`. */
export async function sweep(context: Context): Promise<SweepResult> {
  await context.uses.flush();
  let removed = 0;
  for (let isFirst = true; ; isFirst = false) {
    const now = context.now();
    const batch = await context.repository.expiredBefore(now, BATCH);
    const isLast = batch.length < BATCH;
    const parts = ownerGroups(context, batch, {
      isAll: isLast && isFirst,
      belongs: (token) => hasEnded(context, token, now),
    });
    let swept = 0;
    for await (const groups of parts)
      swept += await commitGroups(context, groups, (portion) => endOf(context, portion, now));
    removed += swept;
    // A batch of which nothing went is another node's to finish: it is at it now.
    if (isLast || swept === 0 || context.mustStop()) return { removed };
  }
}

/** A use that was accepted and could not be written yet keeps its token. */
function hasEnded({ uses }: Context, token: StoredToken, now: number): boolean {
  return isExpired({ expiresAt: uses.pendingExpiry(token) }, now);
}

/** Guarded by the exact expiry: a use that came late has moved it, and the token lives. */
function endOf(context: Context, portion: Portion, now: number): Change {
  return {
    remove: portion.tokens.map(({ id, expiresAt }) => ({ id, expiresAt })),
    events: portionEvents(portion, {
      eventOf: (token) => endEvent(context, token, now),
      // A rotation that nobody confirmed is recorded; its owner, who asked for nothing to happen, is not told.
      isAnnounced: ({ slot }) => slot !== PENDING,
    }),
  };
}

function endEvent(context: Context, token: StoredToken, now: number): StoredEvent {
  if (token.slot !== PENDING) return expiredEvent(context, token, now);
  const data = { name: token.name, slot: PENDING };
  return recordEvent(context, "token.expired", token, { actor: SYSTEM_ID, now, data });
}
