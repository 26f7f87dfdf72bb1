import assert from "node:assert/strict";
import type {
  Access,
  Actor,
  Issued,
  IssueRequest,
  Level,
  Network,
  RegenerateRequest,
  Token,
  TokenryErrorCode,
  UpdateRequest,
} from "../../../src/index.ts";
import { actorName, manages, refusalOf, refusalToGive } from "./authority.ts";
import { hasSucceeded, type Outcome } from "./outcome.ts";
import { API_NAMES, endOfLife, type KindName, MONTHS, rulesOf } from "./rules.ts";
import {
  addToken,
  dropExpired,
  inSlot,
  isLiving,
  isPending,
  type Model,
  type ModelToken,
  record,
  tokensOf,
} from "./state.ts";

export type IssueCall = IssueRequest & { readonly kind: KindName };

export function judgeIssue(model: Model, request: IssueCall, outcome: Outcome<Issued>): void {
  if (!hasSucceeded(outcome, refusalToIssue(model, request))) return;
  const { kind, owner, actor, name, access, network = null, expiresIn } = request;
  const { id, slot } = outcome.value.token;
  assert.ok(freePlaces(model, owner, kind).includes(slot), `place ${slot} is not free`);
  dropExpired(model, slot === null ? [] : occupants(model, owner, kind, slot));
  const token: ModelToken = {
    ...{ id, kind, owner, name, slot, network, account: accountOf(model, owner) },
    ...{ createdAt: model.now, createdBy: actorName(actor), updatedAt: model.now },
    ...{ lastUsedAt: null, remindedFrom: null, madeAt: model.now, secret: null },
    access: rulesOf(kind).granted ? spread(access ?? "none") : null,
    budgets: percentsOf(request.budgets),
    expiresAt: endOfLife(kind, model.now, expiresIn?.months),
  };
  addToken(model, token);
  takeSecret(model, token, outcome.value);
  record(model, "token.issued", token, token.createdBy);
}

function refusalToIssue(model: Model, request: IssueCall): TokenryErrorCode | undefined {
  const { kind, owner, actor, network = null } = request;
  return (
    refusalOfChoices(request, kind) ??
    refusalToGive(model, actor, { owner, kind }) ??
    refusalOfBudgets(model, actor, request, { kind, budgets: {} }) ??
    (freePlaces(model, owner, kind).length > 0 ? undefined : refusalWhenFull(kind)) ??
    refusalOfNetwork(model, accountOf(model, owner), network)
  );
}

function refusalWhenFull(kind: KindName): TokenryErrorCode {
  return kind === "numbered" ? "limit_reached" : "slot_taken";
}

/** Where a new token can go. */
function freePlaces(model: Model, owner: string, kind: KindName): (string | null)[] {
  const places = rulesOf(kind).places ?? [null];
  return places.filter((slot) => slot === null || !inSlot(model, owner, kind, slot));
}

function occupants(model: Model, owner: string, kind: KindName, slot: string): ModelToken[] {
  return tokensOf(model, owner, kind).filter((token) => token.slot === slot);
}

export function judgeRegenerate(
  model: Model,
  request: RegenerateRequest,
  outcome: Outcome<Issued>,
): void {
  const token = model.tokens.find(({ id }) => id === request.tokenId);
  const refusal = token === undefined ? "not_found" : refusalToRegenerate(model, token, request);
  if (!hasSucceeded(outcome, refusal) || token === undefined) return;
  const { updatedAt } = token;
  renew(model, token, request.expiresIn?.months);
  token.updatedAt = Math.max(model.now, updatedAt + 1);
  takeSecret(model, token, outcome.value);
  record(model, "token.regenerated", token, actorName(request.actor));
}

function refusalToRegenerate(
  model: Model,
  token: ModelToken,
  request: RegenerateRequest,
): TokenryErrorCode | undefined {
  return (
    refusalToGive(model, request.actor, token, token.account) ??
    (isPending(token) ? "not_found" : undefined) ??
    refusalOfChange(request, token) ??
    (rulesOf(token.kind).replacement === "regenerate" ? undefined : "replacement_not_allowed") ??
    refusalOfChoices(request, token.kind) ??
    (isLiving(model, token) ? undefined : "expired")
  );
}

/** A new life, from now. */
export function renew(model: Model, token: ModelToken, months?: number): void {
  token.madeAt = model.now;
  token.updatedAt = model.now;
  token.expiresAt = endOfLife(token.kind, model.now, months);
  token.remindedFrom = null;
}

/** The secret just given opens the token, and no other secret does. */
export function takeSecret(
  model: Model,
  token: ModelToken,
  { secret, token: shown }: Issued,
): void {
  const text = secret.reveal();
  assert.match(text, new RegExp(`^t_${token.kind}_[0-9A-Za-z]{38}$`));
  assert.ok(!model.secrets.includes(text), "a secret was given twice");
  token.secret = text;
  model.secrets.push(text);
  agrees(model, shown, token);
}

export function judgeUpdate(model: Model, request: UpdateRequest, outcome: Outcome<Token>): void {
  const token = model.tokens.find(({ id }) => id === request.tokenId);
  const refusal = token === undefined ? "not_found" : refusalToUpdate(model, token, request);
  if (!hasSucceeded(outcome, refusal) || token === undefined) return;
  const { name, access, network, budgets, expiresIn } = request;
  if (name !== undefined) token.name = name;
  if (access !== undefined) token.access = spread(access);
  if (network !== undefined) token.network = network;
  if (budgets !== undefined) token.budgets = percentsOf(budgets);
  if (expiresIn !== undefined) {
    token.expiresAt = endOfLife(token.kind, model.now, expiresIn.months);
    token.remindedFrom = null;
  }
  const { tokenId: _, actor, unchangedSince: _since, ...changes } = request;
  if (Object.values(changes).some((change) => change !== undefined)) {
    token.updatedAt = Math.max(model.now, token.updatedAt + 1);
    record(model, "token.updated", token, actorName(actor));
  }
  agrees(model, outcome.value, token);
}

function refusalToUpdate(
  model: Model,
  token: ModelToken,
  request: UpdateRequest,
): TokenryErrorCode | undefined {
  return (
    refusalOf(model, request.actor, "update", token) ??
    (isPending(token) ? "not_found" : undefined) ??
    refusalOfChange(request, token) ??
    (isLiving(model, token) ? undefined : "expired") ??
    refusalOfChoices(request, token.kind) ??
    refusalOfBudgets(model, request.actor, request, token) ??
    refusalOfNetwork(model, token.account, request.network ?? null)
  );
}

/** Who has seen another state of the token changes nothing. */
function refusalOfChange(
  { unchangedSince }: Pick<UpdateRequest, "unchangedSince">,
  { updatedAt }: ModelToken,
): TokenryErrorCode | undefined {
  const isSeen = unchangedSince === undefined || unchangedSince.getTime() === updatedAt;
  return isSeen ? undefined : "conflict";
}

/** Levels and lives are for the kinds that have a choice of them. */
function refusalOfChoices(
  { access, expiresIn }: Pick<UpdateRequest, "access" | "expiresIn">,
  kind: KindName,
): TokenryErrorCode | undefined {
  const { life, granted } = rulesOf(kind);
  const badLife =
    expiresIn !== undefined && (life !== "chosen" || !MONTHS.includes(expiresIn.months ?? 0));
  return badLife || (access !== undefined && !granted) ? "invalid_input" : undefined;
}

/** More than the kind's share, and more than the token has, is for managers to give. */
function refusalOfBudgets(
  model: Model,
  actor: Actor,
  { budgets = {} }: Pick<UpdateRequest, "budgets">,
  token: Pick<ModelToken, "kind" | "budgets">,
): TokenryErrorCode | undefined {
  const raises = Object.entries(budgets).some(
    ([api, percent = 0]) =>
      percent > Math.max(rulesOf(token.kind).percent, token.budgets[api] ?? 0),
  );
  return raises && !manages(model, actor) ? "forbidden" : undefined;
}

/** A rule may name zones that there are and that are not blocked. */
function refusalOfNetwork(
  model: Model,
  account: string,
  network: Network | null,
): TokenryErrorCode | undefined {
  const isUsable = (name: string): boolean =>
    model.zones.get(account)?.get(name)?.blocked === false;
  return zonesNamedBy(network).every(isUsable) ? undefined : "invalid_input";
}

export function zonesNamedBy(network: Network | null): string[] {
  return [...(network?.include ?? []), ...(network?.exclude ?? [])]
    .filter((entry) => entry.startsWith("zone:"))
    .map((entry) => entry.slice("zone:".length));
}

/** One level for all APIs is a level for each. */
function spread(access: Access): Record<string, Level> {
  // Casts, as the compiler does not see that an access that is no text and no list is a record of levels.
  if (typeof access === "object" && !Array.isArray(access))
    return { ...(access as Record<string, Level>) };
  return Object.fromEntries(API_NAMES.map((api) => [api, access as Level]));
}

/** A cast, as to the compiler a field that may be absent may be undefined too. */
function percentsOf(budgets: UpdateRequest["budgets"] = {}): ModelToken["budgets"] {
  return budgets as ModelToken["budgets"];
}

/** The account of an owner of whom it is known that there is one. */
function accountOf(model: Model, owner: string): string {
  return model.people.get(owner)?.account ?? "";
}

/** What is shown of a token is what the model knows of it. */
export function agrees(model: Model, shown: Token, token: ModelToken): void {
  const { madeAt: _, remindedFrom: __, secret, ...known } = token;
  const expected = {
    ...known,
    hint: `t_${token.kind}_…${secret?.slice(-4)}`,
    createdAt: new Date(token.createdAt),
    updatedAt: new Date(token.updatedAt),
    expiresAt: dateOf(token.expiresAt),
    lastUsedAt: dateOf(token.lastUsedAt),
  };
  // In parallel with others, a call may show a token without the latest use of it, and the life that this gave.
  const { lastUsedAt, expiresAt } = slides(token.kind)
    ? expected
    : { ...expected, expiresAt: shown.expiresAt };
  const times = model.isQuiet ? {} : { lastUsedAt, expiresAt };
  assert.deepEqual({ ...shown, ...times }, expected);
}

function slides(kind: KindName): boolean {
  const { life } = rulesOf(kind);
  return life !== null && life !== "chosen" && life.slides;
}

export function dateOf(time: number | null): Date | null {
  return time === null ? null : new Date(time);
}
