import assert from "node:assert/strict";
import type { LeakReport, LeakResult } from "../../../src/index.ts";
import { hasSucceeded, type Outcome } from "./outcome.ts";
import { DAY, rulesOf } from "./rules.ts";
import { dropToken, isDue, isLiving, type Model, record, recordQuietly } from "./state.ts";

export interface LeakCall {
  readonly secret: string;
  readonly report: LeakReport;
}

export function judgeLeak(
  model: Model,
  { secret, report }: LeakCall,
  outcome: Outcome<LeakResult>,
): void {
  if (!hasSucceeded(outcome, undefined)) return;
  const token = model.tokens.find((other) => other.secret !== null && other.secret === secret);
  if (token === undefined) {
    assert.deepEqual(outcome.value, { known: false, revoked: false });
    return;
  }
  const revoked = isLiving(model, token) && rulesOf(token.kind).endsOnLeak;
  assert.deepEqual(outcome.value, { known: true, revoked, tokenId: token.id });
  // Each place once a day; but what ends a token is written down in any case.
  const place = `leak of ${token.id} at ${report.source} ${report.url}`;
  if (revoked || isDue(model, place, DAY)) record(model, "token.leaked", token, "SYSTEM");
  if (!revoked) return;
  dropToken(model, token);
  recordQuietly(model, "token.revoked", token, "SYSTEM");
}
