import { unavailable } from "../errors.ts";
import { isExpired } from "../lifecycle/expiry.ts";
import { decideRetry, MAX_DELIVERY_ATTEMPTS } from "../lifecycle/retry.ts";
import type { Notice, Notifier } from "../ports/notifier.ts";
import type { ClaimedNotice, NoticeOutcome } from "../ports/repository.ts";
import { randomByte } from "../secret/random.ts";
import { rotationCode } from "../secret/rotation-code.ts";
import type { Channel } from "../state/channels.ts";
import { createSettling } from "../state/settling.ts";
import { withinTime } from "../state/time-limit.ts";
import type { Context } from "./context.ts";
import { describeFailure } from "./describe-failure.ts";
import { publicEvent } from "./list-events.ts";

const BATCH = 200;

/** After a crash the notices in hand wait this long. Longer than `START_WITHIN_MS` and the longest `delivery.timeout`. */
const LEASE_MS = 120_000;

/** What of a batch was not begun by then is given back, so that no lease runs out under a delivery. */
const START_WITHIN_MS = 50_000;

/** What a pass did. */
export interface DeliverResult {
  readonly delivered: number;
  /** Failed, and due again later. */
  readonly retried: number;
  /** Failed for the last time, and put aside. */
  readonly parked: number;
}

type Counts = { delivered: number; retried: number; parked: number };

/** Hands every notice that is due to the notifier, each channel by itself. See `Jobs.deliver`. */
export async function deliver(
  context: Context,
  channels: readonly Channel[] = context.channels,
): Promise<DeliverResult> {
  const counts: Counts = { delivered: 0, retried: 0, parked: 0 };
  const { notifier } = context;
  if (notifier === undefined) return counts;
  const passes = await Promise.allSettled(
    channels.map((channel) => deliverChannel({ context, notifier, channel, counts })),
  );
  for (const pass of passes) if (pass.status === "rejected") throw pass.reason;
  return counts;
}

/** A pass over one channel. */
interface Pass {
  readonly context: Context;
  readonly notifier: Notifier;
  readonly channel: Channel;
  readonly counts: Counts;
}

/** Batch after batch until nothing is due: what a batch delivers makes the next notice of its token due. */
async function deliverChannel(pass: Pass): Promise<void> {
  const { context, channel } = pass;
  for (;;) {
    const now = context.now();
    const limit = channel.admits(BATCH, now);
    if (limit === 0 || context.mustStop()) return;
    const claimed = await context.repository.claimNotices({
      channels: channel.names,
      limit,
      leaseMs: LEASE_MS,
      now,
    });
    if (claimed.length === 0) return;
    await deliverBatch(pass, claimed, now);
  }
}

/** A batch holds one notice of a token at most, so that several can be on their way at once and each token's keep their order. */
async function deliverBatch(
  pass: Pass,
  claimed: readonly ClaimedNotice[],
  claimedAt: number,
): Promise<void> {
  const { context, counts } = pass;
  const settling = createSettling(context.repository, ({ status }) => {
    if (status !== "released") counts[status === "retry" ? "retried" : status] += 1;
  });
  const queue = await begunAtOnceOrNew(context, claimed);
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      if (settling.hasFailed) return;
      settling.add(await outcomeOf(pass, next, claimedAt));
    }
  };
  await Promise.all(Array.from({ length: context.delivery.concurrency }, work));
  await settling.end();
}

/**
 * What was claimed before may be what ends its workers, and a claim counts as a try. So of these only as many are kept as are begun at once,
 * before anything else: the others are given back first, or they would be parked for what another one did.
 */
async function begunAtOnceOrNew(
  { repository, delivery, now }: Context,
  claimed: readonly ClaimedNotice[],
): Promise<ClaimedNotice[]> {
  const isNew = (notice: ClaimedNotice): boolean => triesOf(notice) <= 1;
  const again = claimed.filter((notice) => !isNew(notice));
  const released = again.slice(delivery.concurrency);
  if (released.length > 0)
    await repository.settleNotices(
      released.map((notice) => ({ ...claimOf(notice), status: "released", at: now() })),
    );
  return [...again.slice(0, delivery.concurrency), ...claimed.filter(isNew)];
}

function claimOf({ event: { id }, channel, attempt }: ClaimedNotice) {
  return { id, channel, attempt };
}

function triesOf({ attempt, untried }: ClaimedNotice): number {
  return attempt - untried;
}

async function outcomeOf(
  pass: Pass,
  claimed: ClaimedNotice,
  claimedAt: number,
): Promise<NoticeOutcome> {
  const { context, channel } = pass;
  const now = context.now();
  const claim = claimOf(claimed);
  if (channel.isPaused(now)) return { ...claim, status: "released", at: channel.pausedUntil };
  if (context.mustStop() || now - claimedAt >= START_WITHIN_MS)
    return { ...claim, status: "released", at: now };
  return { ...claim, ...(await tried(pass, claimed)) };
}

type Tried =
  | { readonly status: "delivered" }
  | { readonly status: "retry" | "parked"; readonly at: number; readonly failure: string };

async function tried({ context, notifier, channel }: Pass, claimed: ClaimedNotice): Promise<Tried> {
  const tries = triesOf(claimed);
  // So many claims and no outcome: it ends whoever tries it.
  if (tries > MAX_DELIVERY_ATTEMPTS)
    return { status: "parked", at: context.now(), failure: "no try of it has ever ended" };
  let isHandedOver = false;
  const hand = async (): Promise<void> => {
    const notice = await noticeOf(context, claimed);
    isHandedOver = true;
    await notifier.deliver(notice);
  };
  const { timeoutMs } = context.delivery;
  const message = `it was not delivered within ${timeoutMs / 1000} seconds`;
  try {
    await withinTime(hand, timeoutMs, message);
    channel.succeeded();
    return { status: "delivered" };
  } catch (cause) {
    context.report(unavailable(cause));
    const { text: failure, isFinal, retryAfterMs, concernsChannel } = describeFailure(cause);
    const now = context.now();
    const jitter = randomByte() / 256;
    // A directory that does not answer says nothing of the channel.
    if (isHandedOver && concernsChannel) channel.failed(now, jitter);
    const decision = decideRetry({ tries, now, jitter, isFinal, retryAfterMs });
    return decision.type === "park"
      ? { status: "parked", at: now, failure }
      : { status: "retry", at: decision.at, failure };
  }
}

/** The event, who it is for, and the code of a confirmation link, which is made only now (EDG-12). */
async function noticeOf(context: Context, claimed: ClaimedNotice): Promise<Notice> {
  const { event, channel } = claimed;
  const recipient =
    event.owner === null ? undefined : await context.owners.fresh(event.owner, context.now());
  const notice = { ...publicEvent(event), recipient, channel, attempt: triesOf(claimed) };
  if (event.type !== "rotation.requested" || event.tokenId === null) return notice;
  const pending = await context.repository.findById(event.tokenId);
  const isOpen = pending?.hash === null && !isExpired(pending, context.now());
  const code = isOpen ? rotationCode(context.keyring, pending) : undefined;
  return code === undefined ? notice : { ...notice, code };
}
