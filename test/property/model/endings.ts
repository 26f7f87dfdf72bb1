import assert from "node:assert/strict";
import type {
  Actor,
  DeprovisionRequest,
  GetRequest,
  ListRequest,
  RevokeAllRequest,
  RevokedCount,
  RevokeRequest,
  Token,
  TokenryErrorCode,
} from "../../../src/index.ts";
import { SYSTEM } from "../../../src/index.ts";
import { actorName, refusalOf } from "./authority.ts";
import { hasSucceeded, type Outcome } from "./outcome.ts";
import type { KindName } from "./rules.ts";
import {
  dropToken,
  isLiving,
  isPending,
  type Model,
  type ModelToken,
  mostTokens,
  record,
  tokensOf,
} from "./state.ts";
import { agrees } from "./tokens.ts";

export type RevokeAllCall = RevokeAllRequest<KindName>;
export type ListCall = ListRequest<KindName>;

export function judgeRevoke(model: Model, request: RevokeRequest, outcome: Outcome<unknown>): void {
  const token = model.tokens.find(({ id }) => id === request.tokenId);
  const grave = token ?? graveOf(model, request.tokenId);
  // What waits for its link is no token yet.
  const isNone = grave === undefined || token?.slot === "pending";
  const unauthorized = grave && refusalOf(model, request.actor, "revoke", grave);
  const refusal = unauthorized ?? (isNone ? "not_found" : undefined);
  if (!hasSucceeded(outcome, refusal) || token === undefined) return;
  dropToken(model, token);
  record(model, "token.revoked", token, actorName(request.actor));
}

/** A token that is gone, as long as the trail still tells of it. */
function graveOf(model: Model, id: string): Pick<ModelToken, "owner" | "account"> | undefined {
  return model.trail.some(({ tokenId }) => tokenId === id) ? model.graves.get(id) : undefined;
}

export function judgeRevokeCurrent(
  model: Model,
  secret: string,
  outcome: Outcome<RevokedCount>,
): void {
  if (!hasSucceeded(outcome, undefined)) return;
  const token = model.tokens.find((other) => other.secret === secret && isLiving(model, other));
  assert.equal(outcome.value.revoked, token === undefined ? 0 : 1);
  if (token === undefined) return;
  dropToken(model, token);
  record(model, "token.revoked", token, token.owner);
}

export function judgeRevokeAll(
  model: Model,
  { owner, kind, actor }: RevokeAllCall,
  outcome: Outcome<RevokedCount>,
): void {
  const account = accountOf(model, owner, kind);
  if (!hasSucceeded(outcome, refusalOfOwner(model, actor, "revoke", { owner, account }))) return;
  const revoked = endAll(model, { owner, kind, actor }, account);
  assert.equal(outcome.value.revoked, revoked);
}

export function judgeDeprovision(
  model: Model,
  { owner, actor }: DeprovisionRequest,
  outcome: Outcome<RevokedCount>,
): void {
  const account = accountOf(model, owner);
  const isGone = account === undefined && actor === SYSTEM;
  const refusal = refusalOfOwner(model, actor, "revoke", { owner, account });
  if (!hasSucceeded(outcome, isGone ? undefined : refusal)) return;
  const revoked = endAll(model, { owner, actor }, account);
  assert.equal(outcome.value.revoked, revoked);
  if (account === undefined) return;
  record(model, "owner.deprovisioned", { id: null, owner, account }, actorName(actor));
}

/** Ends what the actor may end, and says how many of it lived. */
function endAll(
  model: Model,
  { owner, kind, actor }: RevokeAllCall,
  account: string | undefined,
): number {
  const ended = tokensOf(model, owner, kind)
    .filter(isOf(account, actor))
    .filter(({ id }) => !model.overlooked.has(id));
  const living = ended.filter((token) => isLiving(model, token) && !isPending(token));
  for (const token of ended) dropToken(model, token);
  for (const token of living) record(model, "token.revoked", token, actorName(actor));
  return living.length;
}

/** Tokens of an account that their owner has left are nobody's but the host's. */
function isOf(account: string | undefined, actor: Actor): (token: ModelToken) => boolean {
  return (token) => actor === SYSTEM || token.account === account;
}

/** Where an owner belongs, or belonged. */
export function accountOf(model: Model, owner: string, kind?: KindName): string | undefined {
  return model.people.get(owner)?.account ?? tokensOf(model, owner, kind)[0]?.account;
}

export function refusalOfOwner(
  model: Model,
  actor: Actor,
  deed: "revoke" | "read",
  { owner, account }: { readonly owner: string; readonly account: string | undefined },
): TokenryErrorCode | undefined {
  return account === undefined ? "not_found" : refusalOf(model, actor, deed, { owner, account });
}

export function judgeGet(model: Model, request: GetRequest, outcome: Outcome<Token>): void {
  const token = model.tokens.find(({ id }) => id === request.tokenId);
  const refusal = token === undefined ? "not_found" : refusalToShow(model, token, request.actor);
  if (hasSucceeded(outcome, refusal) && token !== undefined) agrees(model, outcome.value, token);
}

function refusalToShow(
  model: Model,
  token: ModelToken,
  actor: Actor,
): TokenryErrorCode | undefined {
  const isShown = isLiving(model, token) && !isPending(token);
  return refusalOf(model, actor, "read", token) ?? (isShown ? undefined : "not_found");
}

export function judgeList(
  model: Model,
  { owner, kind, actor }: ListCall,
  outcome: Outcome<readonly Token[]>,
): void {
  const account = accountOf(model, owner, kind);
  if (!hasSucceeded(outcome, refusalOfOwner(model, actor, "read", { owner, account }))) return;
  const expected = tokensOf(model, owner, kind)
    .filter(isOf(account, actor))
    .filter((token) => isLiving(model, token) && !isPending(token));
  assert.deepEqual(
    outcome.value.map(({ id }) => id),
    expected.map(({ id }) => id),
  );
  for (const [index, token] of expected.entries()) {
    const shown = outcome.value[index];
    if (shown !== undefined) agrees(model, shown, token);
    const ofKind = expected.filter((other) => other.kind === token.kind);
    assert.ok(ofKind.length <= mostTokens(token.kind), `too many of kind ${token.kind}`);
  }
}
