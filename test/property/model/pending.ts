import assert from "node:assert/strict";
import type {
  Cancelled,
  CancelRotationRequest,
  RotateRequest,
  RotationPending,
} from "../../../src/index.ts";
import { actorName, refusalToGive } from "./authority.ts";
import { accountOf, refusalOfOwner } from "./endings.ts";
import { hasSucceeded, type Outcome } from "./outcome.ts";
import { type KindName, MINUTE } from "./rules.ts";
import {
  dropToken,
  inSlot,
  isDue,
  isLiving,
  isPending,
  type Model,
  type ModelToken,
  record,
} from "./state.ts";

export type CancelCall = CancelRotationRequest<KindName>;
export type ResendCall = RotateRequest<KindName>;

export function judgePending(
  model: Model,
  request: ResendCall,
  outcome: Outcome<RotationPending | undefined>,
): void {
  const { owner, kind, actor } = request;
  const account = accountOf(model, owner, kind);
  if (!hasSucceeded(outcome, refusalOfOwner(model, actor, "read", { owner, account }))) return;
  const pending = pendingOf(model, request, account);
  assert.equal(outcome.value?.expiresAt.getTime(), pending?.expiresAt);
}

export function judgeResend(
  model: Model,
  request: ResendCall,
  outcome: Outcome<RotationPending>,
): void {
  const { owner, kind } = request;
  const pending = pendingOf(model, request, model.people.get(owner)?.account);
  const refusal =
    refusalToGive(model, request.actor, { owner, kind }) ??
    (pending === undefined ? "not_found" : undefined);
  if (!hasSucceeded(outcome, refusal) || pending === undefined) return;
  assert.equal(outcome.value.expiresAt.getTime(), pending.expiresAt);
  if (!isDue(model, `link of ${pending.id}`, MINUTE)) return;
  record(model, "rotation.requested", pending, actorName(request.actor));
}

export function judgeCancel(model: Model, request: CancelCall, outcome: Outcome<Cancelled>): void {
  if ("code" in request) judgeCancelByCode(model, request.code, outcome);
  else judgeCancelByOwner(model, request, outcome);
}

/** Whoever has the code may: whatever has become of the owner. */
function judgeCancelByCode(model: Model, code: string, outcome: Outcome<Cancelled>): void {
  const pending = pendingByCode(model, code);
  const refusal = pending === undefined ? "rotation_code_invalid" : undefined;
  if (!hasSucceeded(outcome, refusal) || pending === undefined) return;
  assert.equal(outcome.value.cancelled, true);
  cancel(model, pending, pending.owner);
}

function judgeCancelByOwner(model: Model, request: ResendCall, outcome: Outcome<Cancelled>): void {
  const { owner, kind, actor } = request;
  const account = accountOf(model, owner, kind);
  if (!hasSucceeded(outcome, refusalOfOwner(model, actor, "revoke", { owner, account }))) return;
  const pending = pendingOf(model, request, account);
  assert.equal(outcome.value.cancelled, pending !== undefined);
  if (pending !== undefined) cancel(model, pending, actorName(actor));
}

function cancel(model: Model, pending: ModelToken, actor: string): void {
  dropToken(model, pending);
  record(model, "rotation.cancelled", pending, actor);
}

/** The living request that a code belongs to. */
export function pendingByCode(model: Model, code: string): ModelToken | undefined {
  const id = model.codes.get(code);
  return model.tokens.find(
    (token) => token.id === id && isPending(token) && isLiving(model, token),
  );
}

/** The living request of an owner in an account. */
function pendingOf(
  model: Model,
  { owner, kind }: Pick<ResendCall, "owner" | "kind">,
  account: string | undefined,
): ModelToken | undefined {
  const pending = inSlot(model, owner, kind, "pending");
  return pending?.account === account ? pending : undefined;
}
