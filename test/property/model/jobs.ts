import assert from "node:assert/strict";
import type { DeliverResult, Notice, RemindResult, SweepResult } from "../../../src/index.ts";
import { hasSucceeded, type Outcome } from "./outcome.ts";
import { DAY, rulesOf } from "./rules.ts";
import {
  dropToken,
  isLiving,
  isPending,
  type Model,
  type ModelToken,
  record,
  recordQuietly,
} from "./state.ts";

/** What a pass delivered, besides its counts. */
export interface Delivered {
  readonly result: DeliverResult;
  readonly notices: readonly Notice[];
}

export function judgeSweep(model: Model, outcome: Outcome<SweepResult>): void {
  if (!hasSucceeded(outcome, undefined)) return;
  const expired = model.tokens.filter((token) => !isLiving(model, token));
  // Of two passes at once, each does a part.
  if (model.isQuiet) assert.equal(outcome.value.removed, expired.length);
  for (const token of expired) {
    dropToken(model, token);
    // Nobody is told of a rotation that nobody confirmed.
    const write = isPending(token) ? recordQuietly : record;
    write(model, "token.expired", token, "SYSTEM");
  }
}

export function judgeRemind(model: Model, outcome: Outcome<RemindResult>): void {
  if (!hasSucceeded(outcome, undefined)) return;
  let reminded = 0;
  for (const token of model.tokens) {
    const from = reminderOf(model, token);
    if (from === undefined || (token.remindedFrom !== null && token.remindedFrom >= from)) continue;
    token.remindedFrom = from;
    record(model, "token.expiring", token, "SYSTEM");
    reminded += 1;
  }
  assert.equal(outcome.value.reminded, reminded);
}

/** When the range began that a token is in: 30, 7 or 1 days before its end, if its life is longer than that. */
function reminderOf(model: Model, token: ModelToken): number | undefined {
  const { expiresAt, slot } = token;
  if (expiresAt === null || !isLiving(model, token)) return undefined;
  if (slot === "backup" || isPending(token)) return undefined;
  const begun = [30, 7, 1].map((days) => expiresAt - days * DAY);
  return begun.findLast((from) => from <= model.now && from > startOfLife(token, expiresAt));
}

/** The life of a sliding token begins with the use that it lives on from. */
function startOfLife({ kind, madeAt }: ModelToken, expiresAt: number): number {
  const { life } = rulesOf(kind);
  if (life === null || life === "chosen" || !life.slides) return madeAt;
  return Math.max(madeAt, expiresAt - life.days * DAY);
}

export function judgeDeliver(model: Model, outcome: Outcome<Delivered>): void {
  if (!hasSucceeded(outcome, undefined)) return;
  const { result, notices } = outcome.value;
  if (model.isQuiet) {
    assert.deepEqual(result, { delivered: model.undelivered, retried: 0, parked: 0 });
    assert.equal(new Set(notices.map(({ id }) => id)).size, model.undelivered);
  }
  model.undelivered = 0;
  for (const { code, tokenId } of notices) {
    if (code !== undefined && tokenId !== null) model.codes.set(code, tokenId);
  }
}
