import { unavailable } from "../errors.ts";
import { decideRetry } from "../lifecycle/retry.ts";
import type { Notice, Notifier } from "../ports/notifier.ts";
import type { ClaimedNotice, NoticeOutcome, StoredEvent } from "../ports/repository.ts";
import { randomByte } from "../secret/random.ts";
import { rotationCode } from "../secret/rotation-code.ts";
import type { Context } from "./context.ts";
import { publicEvent } from "./list-events.ts";

const BATCH = 50;

/** Longer than a slow mail server takes for a batch; after a crash the notices wait this long. */
const LEASE_MS = 120_000;

/** What a pass did. */
export interface DeliverResult {
  readonly delivered: number;
  /** Failed, and due again later. */
  readonly retried: number;
  /** Failed for the last time, and put aside. */
  readonly parked: number;
}

/** Hands every notice that is due to the notifier. See `Jobs.deliver`. */
export async function deliver(context: Context): Promise<DeliverResult> {
  const counts = { delivered: 0, retried: 0, parked: 0 };
  const { notifier } = context;
  if (notifier === undefined) return counts;
  for (;;) {
    const batch = await context.repository.claimNotices(BATCH, LEASE_MS, context.now());
    for (const claimed of batch) {
      const outcome = await deliverOne(context, notifier, claimed);
      const settled = await context.repository.settleNotice(claimed.event.id, outcome);
      if (settled) counts[outcome.status === "retry" ? "retried" : outcome.status] += 1;
    }
    if (batch.length < BATCH) return counts;
  }
}

async function deliverOne(
  context: Context,
  notifier: Notifier,
  { event, attempt }: ClaimedNotice,
): Promise<NoticeOutcome> {
  try {
    await notifier.deliver(await noticeOf(context, event, attempt));
    return { status: "delivered", attempt };
  } catch (cause) {
    context.report(unavailable(cause));
    const decision = decideRetry(attempt, context.now(), randomByte() / 256);
    return decision.type === "park"
      ? { status: "parked", attempt }
      : { status: "retry", attempt, at: decision.at };
  }
}

/** The event, who it is for, and the code of a confirmation link, which is made only now (EDG-12). */
async function noticeOf(context: Context, event: StoredEvent, attempt: number): Promise<Notice> {
  const recipient =
    event.owner === null ? undefined : await context.owners.fresh(event.owner, context.now());
  const notice = { ...publicEvent(event), recipient, attempt };
  if (event.type !== "rotation.requested" || event.tokenId === null) return notice;
  const pending = await context.repository.findById(event.tokenId);
  const code = pending === undefined ? undefined : rotationCode(context.keyring, pending);
  return code === undefined ? notice : { ...notice, code };
}
