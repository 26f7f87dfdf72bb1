import { formatDuration } from "../lifecycle/duration.ts";
import { type DueReminder, dueReminder, reminderHorizon } from "../lifecycle/reminders.ts";
import { BACKUP, PENDING } from "../lifecycle/slots.ts";
import type { Change, StoredToken } from "../ports/repository.ts";
import { commitGroups, type Portion } from "./commit-groups.ts";
import type { Context } from "./context.ts";
import { portionEvents } from "./group-event.ts";
import { SYSTEM_ID } from "./input.ts";
import { ownerGroups } from "./owner-groups.ts";
import { recordEvent } from "./record-event.ts";

const BATCH = 500;

/** What a pass did. */
export interface RemindResult {
  readonly reminded: number;
}

/** Records a reminder for each token that has come near its expiry, one notice for an owner. See `Jobs.remind`. */
export async function remind(context: Context): Promise<RemindResult> {
  await context.uses.flush();
  const now = context.now();
  const horizon = reminderHorizon([...context.kinds.values()], now);
  let reminded = 0;
  let after: { expiresAt: number; id: string } | undefined;
  for (;;) {
    const batch = await context.repository.expiringBetween(now, horizon, BATCH, after);
    const isLast = batch.length < BATCH;
    const parts = ownerGroups(context, batch, {
      isAll: isLast && after === undefined,
      belongs: (token) => dueNow(context, token, now) !== undefined,
    });
    for await (const groups of parts)
      reminded += await commitGroups(context, groups, (portion) =>
        reminderChange(context, portion, now),
      );
    const last = batch.at(-1);
    if (isLast || last === undefined || last.expiresAt === null || context.mustStop())
      return { reminded };
    after = { expiresAt: last.expiresAt, id: last.id };
  }
}

/** What has been replaced is meant to run out (CORE-29). */
function dueNow(context: Context, token: StoredToken, now: number): DueReminder | undefined {
  const kind = context.kinds.get(token.kind);
  if (kind === undefined || token.slot === BACKUP || token.slot === PENDING) return undefined;
  return dueReminder(token, kind, now);
}

/** The marks and the events in one commit, guarded by version and expiry: of several nodes one reminds, of a moved expiry none. */
function reminderChange(context: Context, portion: Portion, now: number): Change {
  return {
    update: portion.tokens.map((token) => ({
      ...{ id: token.id, version: token.version, expiresAt: token.expiresAt },
      set: { remindedFrom: dueNow(context, token, now)?.from ?? null },
    })),
    events: portionEvents(portion, {
      eventOf: (token) => {
        const due = dueNow(context, token, now);
        const threshold = due === undefined ? null : formatDuration(due.threshold);
        const data = { name: token.name, expiresAt: token.expiresAt, threshold };
        return recordEvent(context, "token.expiring", token, { actor: SYSTEM_ID, now, data });
      },
    }),
  };
}
