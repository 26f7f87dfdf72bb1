import assert from "node:assert/strict";
import type {
  ConfirmRotationRequest,
  Issued,
  RotateRequest,
  RotationPending,
  TokenryErrorCode,
} from "../../../src/index.ts";
import { actorName, refusalToGive, refusalToReceive } from "./authority.ts";
import { hasSucceeded, type Outcome } from "./outcome.ts";
import { pendingByCode } from "./pending.ts";
import { DAY, endOfLife, type KindName, rulesOf } from "./rules.ts";
import {
  addToken,
  dropExpired,
  dropToken,
  inSlot,
  isPending,
  type Model,
  type ModelToken,
  record,
  tokensOf,
} from "./state.ts";
import { renew, takeSecret } from "./tokens.ts";

export type RotateCall = RotateRequest<KindName>;

/** What a rotation gives, and the id of the request that waits for its confirmation, which the caller is not told. */
export type Rotated = Issued | (RotationPending & { readonly pendingId: string });

const CONFIRM_WITHIN_MS = 3_600_000;

export function judgeRotate(model: Model, request: RotateCall, outcome: Outcome<Rotated>): void {
  const { owner, kind } = request;
  const primary = inSlot(model, owner, kind, "primary");
  const refusal = refusalToRotate(model, request, primary);
  if (!hasSucceeded(outcome, refusal) || primary === undefined) return;
  const actor = actorName(request.actor);
  if (rulesOf(kind).confirms) requestRotation(model, primary, actor, outcome.value);
  else rotateNow(model, primary, actor, outcome.value);
}

function refusalToRotate(
  model: Model,
  { owner, kind, actor }: RotateCall,
  primary: ModelToken | undefined,
): TokenryErrorCode | undefined {
  return (
    refusalToGive(model, actor, { owner, kind }) ??
    (rulesOf(kind).replacement === "rotate" ? undefined : "replacement_not_allowed") ??
    (primary?.account === model.people.get(owner)?.account ? undefined : "not_found")
  );
}

/** Nothing changes but that a newer request takes the place of an older one. */
function requestRotation(model: Model, primary: ModelToken, actor: string, result: Rotated): void {
  assert.ok("pending" in result, "the rotation was not to be confirmed");
  assert.equal(result.expiresAt.getTime(), model.now + CONFIRM_WITHIN_MS);
  for (const token of tokensOf(model, primary.owner, primary.kind)) {
    if (isPending(token)) dropToken(model, token);
  }
  const pending = successor(model, primary, { id: result.pendingId, actor });
  pending.slot = "pending";
  pending.expiresAt = model.now + CONFIRM_WITHIN_MS;
  addToken(model, pending);
  record(model, "rotation.requested", pending, actor);
}

function rotateNow(model: Model, primary: ModelToken, actor: string, result: Rotated): void {
  assert.ok("secret" in result, "the rotation was to be done at once");
  const token = successor(model, primary, { id: result.token.id, actor });
  stepDown(model, primary, primary, actor);
  addToken(model, token);
  takeSecret(model, token, result);
  record(model, "token.issued", token, actor);
}

function successor(
  model: Model,
  primary: ModelToken,
  { id, actor }: { readonly id: string; readonly actor: string },
): ModelToken {
  return {
    ...primary,
    ...{ id, secret: null, lastUsedAt: null, remindedFrom: null, slot: "primary" },
    ...{ createdAt: model.now, createdBy: actor, updatedAt: model.now, madeAt: model.now },
    expiresAt: endOfLife(primary.kind, model.now, undefined),
  };
}

/** The old backup and what has expired go; the primary, if there is one, becomes the backup, for as long as backups may stay. */
function stepDown(
  model: Model,
  { owner, kind }: ModelToken,
  primary: ModelToken | undefined,
  actor: string,
): void {
  const backup = inSlot(model, owner, kind, "backup");
  dropExpired(model, tokensOf(model, owner, kind));
  if (backup !== undefined) {
    dropToken(model, backup);
    record(model, "token.revoked", backup, actor);
  }
  if (primary === undefined) return;
  const { backupDays } = rulesOf(kind);
  const end = backupDays === null ? null : model.now + backupDays * DAY;
  primary.slot = "backup";
  primary.updatedAt = model.now;
  primary.expiresAt = earlier(primary.expiresAt, end);
}

function earlier(left: number | null, right: number | null): number | null {
  return left === null || right === null ? (left ?? right) : Math.min(left, right);
}

export function judgeConfirm(
  model: Model,
  { code }: ConfirmRotationRequest,
  outcome: Outcome<Issued>,
): void {
  const pending = pendingByCode(model, code);
  const refusal =
    pending === undefined ? "rotation_code_invalid" : refusalToConfirm(model, pending);
  if (!hasSucceeded(outcome, refusal) || pending === undefined) return;
  const primary = inSlot(model, pending.owner, pending.kind, "primary");
  const actor = pending.createdBy;
  stepDown(model, pending, primary, actor);
  if (primary !== undefined) {
    const { name, access, network, budgets } = primary;
    Object.assign(pending, { name, access, network, budgets });
  }
  pending.slot = "primary";
  renew(model, pending);
  takeSecret(model, pending, outcome.value);
  record(model, "rotation.confirmed", pending, actor);
}

/** The owner left, or the account: then nobody is there to be given a secret. */
function refusalToConfirm(
  model: Model,
  { owner, account }: ModelToken,
): TokenryErrorCode | undefined {
  const refusal = refusalToReceive(model, owner, account);
  return refusal === "not_found" ? "owner_inactive" : refusal;
}
