import assert from "node:assert/strict";
import type {
  DeliverResult,
  Notice,
  ParkedNotice,
  ParkedNoticesRequest,
  RetriedCount,
  RetryNoticesRequest,
  TokenryErrorCode,
} from "../../../src/index.ts";
import { SYSTEM } from "../../../src/index.ts";
import { refusalOfAccount } from "./authority.ts";
import { hasSucceeded, type Outcome } from "./outcome.ts";
import { eventLine, isLiving, isPending, type Model, type ModelNotice } from "./state.ts";

/** The types of events that the notifier refuses for good. */
export type DeliverCall = readonly string[];

export const REFUSAL = "nobody wants to hear of this";

/** A notice as the notifier was given it. */
export interface Handed {
  readonly notice: Notice;
  readonly isRefused: boolean;
}

/** What a pass delivered, besides its counts. */
export interface Delivered {
  readonly result: DeliverResult;
  readonly handed: readonly Handed[];
  /** The ids of all events, oldest first. */
  readonly order: readonly string[];
}

export function judgeDeliver(model: Model, outcome: Outcome<Delivered>): void {
  if (!hasSucceeded(outcome, undefined)) return;
  const { result, handed, order } = outcome.value;
  isInOrder(handed, order);
  if (model.isQuiet) judgeHanded(model, handed, result);
  for (const { code, tokenId } of handed.map(({ notice }) => notice)) {
    if (code !== undefined && tokenId !== null) model.codes.set(code, tokenId);
  }
}

/** On each channel the notices of one token, or of what has none, come as the trail has them. */
function isInOrder(handed: readonly Handed[], order: readonly string[]): void {
  const places = new Map(order.map((id, place) => [id, place]));
  const last = new Map<string, number>();
  for (const { id, channel, tokenId, owner, account } of handed.map(({ notice }) => notice)) {
    const lane = `${channel} of ${tokenId ?? owner ?? account}`;
    const place = places.get(id) ?? -1;
    assert.ok(place > (last.get(lane) ?? -1), `the notices of ${lane} are out of order`);
    last.set(lane, place);
  }
}

function judgeHanded(model: Model, handed: readonly Handed[], result: DeliverResult): void {
  const due = model.outbox.filter(({ parkedAt }) => parkedAt === null);
  assert.deepEqual(
    handed.map(({ notice }) => noticeLine(notice, notice.channel)).sort(),
    due.map(({ event, channel }) => noticeLine(event, channel)).sort(),
  );
  const parked = handed.filter(({ isRefused }) => isRefused).length;
  assert.deepEqual(result, { delivered: handed.length - parked, retried: 0, parked });
  for (const { notice, isRefused } of handed) {
    const line = noticeLine(notice, notice.channel);
    // What is alike is of one token, and so in the same order here and there.
    const index = due.findIndex(({ event, channel }) => noticeLine(event, channel) === line);
    const [known] = due.splice(index, 1);
    if (known === undefined) continue;
    agreesWith(model, notice, known);
    if (isRefused) known.parkedAt = model.now;
    else model.outbox = model.outbox.filter((other) => other !== known);
  }
}

function noticeLine(event: Parameters<typeof eventLine>[0], channel: string): string {
  return `${eventLine(event)} by ${channel}`;
}

function agreesWith(model: Model, notice: Notice, known: ModelNotice): void {
  const { event } = known;
  known.id ??= notice.id;
  assert.equal(notice.id, known.id, "a notice has the same id over all its tries");
  assert.equal(notice.at.getTime(), event.at);
  // What was put aside and taken up again has all its tries before it.
  assert.equal(notice.attempt, 1);
  assert.deepEqual(notice.recipient, model.people.get(event.owner ?? ""));
  const { count, tokens } = notice.data;
  const together = event.together.map(({ id, name, kind, expiresAt }) => {
    return { id, name, kind, expiresAt };
  });
  assert.equal(count, together.length === 0 ? undefined : together.length);
  assert.deepEqual(byId(tokens ?? []), byId(together));
  const token = model.tokens.find(({ id }) => id === event.tokenId);
  const isWaiting = token !== undefined && isPending(token) && isLiving(model, token);
  const hasCode = event.type === "rotation.requested" && isWaiting;
  assert.equal(notice.code !== undefined, hasCode, "a code is for a rotation that waits");
}

/** Which of several that end at once comes first is the store's to say. */
function byId(tokens: unknown): unknown[] {
  // A cast, as the facts of an event are any facts to the compiler.
  return (tokens as { readonly id: string }[]).toSorted((left, right) =>
    left.id < right.id ? -1 : 1,
  );
}

export function judgeParked(
  model: Model,
  request: ParkedNoticesRequest,
  outcome: Outcome<readonly ParkedNotice[]>,
): void {
  if (!hasSucceeded(outcome, refusalOfNotices(model, request))) return;
  const shown = outcome.value.map(({ event, parkedAt, ...notice }) => {
    return { ...notice, parkedAt: parkedAt.getTime(), id: event.id, event: eventLine(event) };
  });
  const expected = parkedIn(model, request.account).map(({ event, channel, id, parkedAt }) => {
    return { channel, tries: 1, failure: REFUSAL, parkedAt, id, event: eventLine(event) };
  });
  assert.deepEqual(shown.sort(byText), expected.sort(byText));
  const times = outcome.value.map(({ event }) => event.at.getTime());
  assert.deepEqual(
    times,
    times.toSorted((left, right) => left - right),
  );
}

function byText(left: object, right: object): number {
  return JSON.stringify(left) < JSON.stringify(right) ? -1 : 1;
}

export function judgeRetry(
  model: Model,
  request: RetryNoticesRequest,
  outcome: Outcome<RetriedCount>,
): void {
  if (!hasSucceeded(outcome, refusalOfNotices(model, request))) return;
  const { account, id, channel } = request;
  const chosen = parkedIn(model, account).filter(
    (notice) =>
      (id === undefined || notice.id === id) &&
      (channel === undefined || notice.channel === channel),
  );
  assert.equal(outcome.value.retried, chosen.length);
  for (const notice of chosen) notice.parkedAt = null;
}

function parkedIn(model: Model, account: string | undefined): ModelNotice[] {
  return model.outbox.filter(
    ({ event, parkedAt }) =>
      parkedAt !== null && (account === undefined || event.account === account),
  );
}

/** Those of all accounts are the host's to see. */
function refusalOfNotices(
  model: Model,
  { account, actor }: Pick<ParkedNoticesRequest, "account" | "actor">,
): TokenryErrorCode | undefined {
  if (account !== undefined) return refusalOfAccount(model, actor, account);
  return actor === SYSTEM ? undefined : "invalid_input";
}
