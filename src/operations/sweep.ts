import { isExpired } from "../lifecycle/expiry.ts";
import { PENDING } from "../lifecycle/slots.ts";
import type { StoredToken } from "../ports/repository.ts";
import { commit } from "./commit.ts";
import type { Context } from "./context.ts";
import { SYSTEM_ID } from "./input.ts";
import { expiredEvent } from "./issue.ts";
import { recordEvent } from "./record-event.ts";

/** Tokens deleted in one commit: few enough that no other writer waits long. */
const BATCH = 200;

/** What a pass did. */
export interface SweepResult {
  readonly removed: number;
}

/** Deletes expired tokens, each with its event. See `Jobs.sweep`. */
export async function sweep(context: Context): Promise<SweepResult> {
  await context.uses.flush();
  let removed = 0;
  for (;;) {
    const now = context.now();
    const batch = await context.repository.expiredBefore(now, BATCH);
    const ended = batch.filter((token) => hasEnded(context, token, now));
    const swept = await sweepBatch(context, ended, now);
    removed += swept;
    // A batch of which nothing went is another node's to finish: it is at it now.
    if (batch.length < BATCH || swept === 0) return { removed };
  }
}

/** A use that was accepted and could not be written yet keeps its token. */
function hasEnded({ uses }: Context, token: StoredToken, now: number): boolean {
  return isExpired({ expiresAt: uses.pendingExpiry(token) }, now);
}

/** One commit for the batch; where another node was at one of its tokens first, one commit for each. */
async function sweepBatch(
  context: Context,
  batch: readonly StoredToken[],
  now: number,
): Promise<number> {
  if (batch.length === 0) return 0;
  if (await remove(context, batch, now)) return batch.length;
  let removed = 0;
  for (const token of batch) if (await remove(context, [token], now)) removed += 1;
  return removed;
}

/** Guarded by the exact expiry: a use that came late has moved it, and the token lives. */
async function remove(
  context: Context,
  tokens: readonly StoredToken[],
  now: number,
): Promise<boolean> {
  const committed = await commit(context, {
    remove: tokens.map(({ id, expiresAt }) => ({ id, expiresAt })),
    events: tokens.map((token) => endEvent(context, token, now)),
  });
  return committed.ok;
}

/** A rotation that nobody confirmed is recorded; its owner, who asked for nothing to happen, is not told. */
function endEvent(context: Context, token: StoredToken, now: number) {
  if (token.slot !== PENDING) return expiredEvent(context, token, now);
  const data = { name: token.name, slot: PENDING };
  return {
    ...recordEvent(context, "token.expired", token, { actor: SYSTEM_ID, now, data }),
    deliver: false,
  };
}
