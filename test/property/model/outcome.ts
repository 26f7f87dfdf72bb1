import assert from "node:assert/strict";

/** How a call ended: with a value, or with the code of an error. */
export type Outcome<Value> = Success<Value> | { readonly ok: false; readonly code: string };

export interface Success<Value> {
  readonly ok: true;
  readonly value: Value;
}

/** Compares how a call ended with how it should have: `undefined` = it should have succeeded. Throws where the two disagree. */
export function hasSucceeded<Value>(
  outcome: Outcome<Value>,
  refusal: string | undefined,
): outcome is Success<Value> {
  assert.equal(outcome.ok ? "ok" : outcome.code, refusal ?? "ok");
  return outcome.ok;
}
