import { formatDuration } from "../lifecycle/duration.ts";
import { dueReminder, reminderHorizon } from "../lifecycle/reminders.ts";
import { BACKUP, PENDING } from "../lifecycle/slots.ts";
import type { StoredToken } from "../ports/repository.ts";
import type { Context } from "./context.ts";
import { SYSTEM_ID } from "./input.ts";
import { recordEvent } from "./record-event.ts";

const BATCH = 200;

/** What a pass did. */
export interface RemindResult {
  readonly reminded: number;
}

/** Records a reminder for each token that has come near its expiry. See `Jobs.remind`. */
export async function remind(context: Context): Promise<RemindResult> {
  await context.uses.flush();
  const now = context.now();
  const horizon = Math.max(
    ...[...context.kinds.values()].map(({ reminders }) => reminderHorizon(reminders, now)),
  );
  let reminded = 0;
  let after: { expiresAt: number; id: string } | undefined;
  for (;;) {
    const batch = await context.repository.expiringBetween(now, horizon, BATCH, after);
    for (const token of batch) if (await remindOne(context, token, now)) reminded += 1;
    const last = batch.at(-1);
    if (batch.length < BATCH || last === undefined || last.expiresAt === null) return { reminded };
    after = { expiresAt: last.expiresAt, id: last.id };
  }
}

/** The mark and the event in one commit, guarded by version and expiry: of several nodes one reminds, of a moved expiry none. */
async function remindOne(context: Context, token: StoredToken, now: number): Promise<boolean> {
  const kind = context.kinds.get(token.kind);
  // What has been replaced is meant to run out (CORE-29).
  if (kind === undefined || token.slot === BACKUP || token.slot === PENDING) return false;
  const due = dueReminder(token, kind, now);
  if (due === undefined) return false;
  const data = {
    name: token.name,
    expiresAt: token.expiresAt,
    threshold: formatDuration(due.threshold),
  };
  const { id, version, expiresAt } = token;
  const committed = await context.repository.commit({
    update: [{ id, version, expiresAt, set: { remindedFrom: due.from } }],
    events: [recordEvent(context, "token.expiring", token, { actor: SYSTEM_ID, now, data })],
  });
  return committed.ok;
}
