import assert from "node:assert/strict";
import type { PruneResult, RemindResult, SweepResult } from "../../../src/index.ts";
import { hasSucceeded, type Outcome } from "./outcome.ts";
import { DAY, KEPT_DAYS, rulesOf } from "./rules.ts";
import {
  dropToken,
  isLiving,
  isPending,
  type Model,
  type ModelToken,
  recordTogether,
} from "./state.ts";

/** What a pass did, and the tokens with whose events it told their owners. */
export type Announced<Result> = Result & { readonly announced: readonly string[] };

export function judgeSweep(model: Model, outcome: Outcome<Announced<SweepResult>>): void {
  if (!hasSucceeded(outcome, undefined)) return;
  const { removed, announced } = outcome.value;
  const expired = model.tokens.filter((token) => !isLiving(model, token));
  // Of two passes at once, each does a part.
  if (model.isQuiet) assert.equal(removed, expired.length);
  recordByOwner(model, "token.expired", expired, announced);
  for (const token of expired) dropToken(model, token);
}

export function judgeRemind(model: Model, outcome: Outcome<Announced<RemindResult>>): void {
  if (!hasSucceeded(outcome, undefined)) return;
  const { reminded, announced } = outcome.value;
  const due: ModelToken[] = [];
  for (const token of model.tokens) {
    const from = reminderOf(model, token);
    if (from === undefined || (token.remindedFrom !== null && token.remindedFrom >= from)) continue;
    token.remindedFrom = from;
    due.push(token);
  }
  assert.equal(reminded, due.length);
  recordByOwner(model, "token.expiring", due, announced);
}

/**
 * One event a token; of an owner's in an account, one is told: that of a token that ends before the others, or with some of them. Nobody
 * is told of a rotation that nobody confirmed.
 */
function recordByOwner(
  model: Model,
  type: string,
  tokens: readonly ModelToken[],
  announced: readonly string[],
): void {
  const groups = groupsOf(tokens);
  for (const group of groups) {
    const told = group.filter((token) => !isPending(token)).sort(byEnd);
    const speakers = told.filter(({ id }) => announced.includes(id));
    // Of two passes at once, each tells of its part.
    if (model.isQuiet) {
      assert.equal(speakers.length, Math.min(1, told.length));
      assert.equal(speakers[0]?.expiresAt, told[0]?.expiresAt);
    }
    for (const token of group)
      recordTogether(model, type, token, speakers.includes(token) ? told : undefined);
  }
  if (model.isQuiet) assert.ok(announced.length <= groups.length, "more was told than happened");
}

function groupsOf(tokens: readonly ModelToken[]): readonly (readonly ModelToken[])[] {
  const groups = new Map<string, ModelToken[]>();
  for (const token of tokens) {
    const key = `${token.owner} of ${token.account}`;
    groups.set(key, [...(groups.get(key) ?? []), token]);
  }
  return [...groups.values()];
}

function byEnd(left: ModelToken, right: ModelToken): number {
  return Number(left.expiresAt) - Number(right.expiresAt);
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

/** What was delivered, or told to nobody, goes in its time. */
export function judgePrune(model: Model, outcome: Outcome<PruneResult>): void {
  if (!hasSucceeded(outcome, undefined)) return;
  const waiting = new Set(model.outbox.map(({ event }) => event));
  const before = model.now - KEPT_DAYS * DAY;
  const kept = model.trail.filter((event) => event.at >= before || waiting.has(event));
  assert.equal(outcome.value.pruned, model.trail.length - kept.length);
  model.trail = kept;
}
