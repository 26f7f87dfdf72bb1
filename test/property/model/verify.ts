import assert from "node:assert/strict";
import type {
  BudgetState,
  DenialCode,
  Level,
  Network,
  Owner,
  Token,
  Verdict,
} from "../../../src/index.ts";
import { hasSucceeded, type Outcome } from "./outcome.ts";
import { APIS, type ApiName, BAD_ADDRESS, DAY, isApi, MINUTE, RANGES, rulesOf } from "./rules.ts";
import {
  isDue,
  isLiving,
  type Model,
  type ModelToken,
  type ModelZone,
  record,
  recordQuietly,
} from "./state.ts";
import { agrees, dateOf } from "./tokens.ts";

export interface VerifyCall {
  readonly secret: string | undefined;
  readonly api: string;
  readonly method: string;
  readonly address: string | undefined;
  readonly cost: number;
}

export function judgeVerify(model: Model, call: VerifyCall, outcome: Outcome<Verdict>): void {
  if (!hasSucceeded(outcome, undefined)) return;
  const verdict = outcome.value;
  const token = model.tokens.find(({ secret }) => secret !== null && secret === call.secret);
  const refusal =
    token === undefined ? refusalOfText(model, call.secret) : refusalOf(model, token, call);
  if (!verdict.ok) assert.equal(verdict.tokenId, token?.id);
  if (refusal !== undefined) assert.equal(verdict.ok ? "ok" : verdict.code, refusal);
  else if (token !== undefined) judgeSpending(model, token, { call, verdict });
}

export function refusalOfText(model: Model, text: string | undefined): DenialCode {
  if (text === undefined || text === "") return "missing_token";
  return model.secrets.includes(text) ? "unknown_token" : "malformed_token";
}

/** Every check but the budgets, in order. */
function refusalOf(model: Model, token: ModelToken, call: VerifyCall): DenialCode | undefined {
  const owner = model.people.get(token.owner);
  if (!isLiving(model, token)) return "expired_token";
  const standing = standingOf(token, owner);
  if (standing !== undefined || owner === undefined) {
    recordRefusal(model, "owner.refused", token);
    return standing;
  }
  if (!isFromAllowed(model, token, call.address)) {
    recordRefusal(model, "network.refused", token);
    return "network_denied";
  }
  return isApi(call.api) && isAllowed(token, owner, call.api, call.method)
    ? undefined
    : "access_denied";
}

export function standingOf(
  { account }: ModelToken,
  owner: Owner | undefined,
): DenialCode | undefined {
  if (owner?.active !== true || owner.account !== account) return "owner_inactive";
  return owner.apiAccess === false ? "api_access_disabled" : undefined;
}

/** Once in ten minutes; of the network the owner hears once a day, of itself never. */
export function recordRefusal(
  model: Model,
  type: "owner.refused" | "network.refused",
  token: ModelToken,
): void {
  if (!isDue(model, `${type} of ${token.id}`, 10 * MINUTE)) return;
  const isTold = type === "network.refused" && isDue(model, `notice of ${token.id}`, DAY);
  const write = isTold ? record : recordQuietly;
  write(model, type, token, token.owner);
}

export function isFromAllowed(
  model: Model,
  token: ModelToken,
  address: string | undefined,
): boolean {
  const zones = model.zones.get(token.account) ?? new Map<string, ModelZone>();
  const blocked = [...zones.values()]
    .filter((zone) => zone.blocked)
    .flatMap(({ ranges }) => ranges);
  const { include, exclude } = rangesOf(token.network, zones);
  if (token.network === null && blocked.length === 0) return true;
  if (address === undefined || address === BAD_ADDRESS) return false;
  const isIn = (ranges: readonly string[]): boolean =>
    ranges.some((range) => RANGES[range]?.includes(address));
  return !isIn(blocked) && !isIn(exclude ?? []) && (include === undefined || isIn(include));
}

function rangesOf(
  network: Network | null,
  zones: ReadonlyMap<string, ModelZone>,
): { readonly include: string[] | undefined; readonly exclude: string[] | undefined } {
  const ranges = (entry: string): readonly string[] =>
    entry.startsWith("zone:") ? (zones.get(entry.slice(5))?.ranges ?? []) : [entry];
  return {
    include: network?.include?.flatMap(ranges),
    exclude: network?.exclude?.flatMap(ranges),
  };
}

/** What the API has, the owner may and the token may. HEAD is a GET. */
export function isAllowed(token: ModelToken, owner: Owner, api: ApiName, sent: string): boolean {
  const method = sent === "HEAD" ? "GET" : sent;
  const has: readonly string[] = APIS[api].methods;
  return (
    has.includes(method) &&
    (owner.methods?.includes(method) ?? true) &&
    holds(levelOf(owner.access ?? "full", api), method) &&
    (token.access === null || holds(token.access[api] ?? "none", method))
  );
}

function levelOf(access: NonNullable<Owner["access"]>, api: string): Level {
  if (typeof access === "string" || Array.isArray(access)) return access as Level;
  return (access as Record<string, Level>)[api] ?? "none";
}

function holds(level: Level, method: string): boolean {
  if (level === "full") return true;
  return level === "read" ? method === "GET" : Array.isArray(level) && level.includes(method);
}

/** A budget that a call spends from. */
export interface Budget {
  readonly key: string;
  readonly limit: number;
  readonly windowMs: number;
}

function judgeSpending(
  model: Model,
  token: ModelToken,
  { call, verdict }: { readonly call: VerifyCall; readonly verdict: Verdict },
): void {
  // Known by now, as an API that is not is refused before.
  const budgets = budgetsOf(token, call.api as ApiName);
  const fits = budgets.every((budget) => waitMs(model, budget, call.cost) === 0);
  assert.equal(verdict.ok ? "ok" : verdict.code, fits ? "ok" : "budget_exceeded");
  if (fits) {
    for (const budget of budgets) spend(model, budget, call.cost);
    noteUse(model, token);
  }
  const [own, account] = budgets.map((budget) => stateOf(model, budget));
  assert.deepEqual(verdict.budget, tighter(own, account));
  if (verdict.ok) {
    if (model.isQuiet) assert.deepEqual(verdict.owner, model.people.get(token.owner));
    agreesBeforeUse(model, verdict.token, token);
  } else {
    const wait = Math.max(...budgets.map((budget) => waitMs(model, budget, call.cost)));
    assert.equal(verdict.retryAfterMs, Number.isFinite(wait) ? wait : undefined);
  }
}

function tighter(own?: BudgetState, account?: BudgetState): BudgetState | undefined {
  return own && account && account.remaining < own.remaining ? account : own;
}

/** The times that a verdict shows may lag behind the uses that wait to be written: never run ahead. */
export function agreesBeforeUse(model: Model, shown: Token, token: ModelToken): void {
  const { lastUsedAt, expiresAt } = token;
  assert.ok(Number(shown.lastUsedAt) <= Number(lastUsedAt), "a use was shown before it was made");
  assert.ok(Number(shown.expiresAt) <= Number(expiresAt), "an expiry was shown ahead of itself");
  const times = { lastUsedAt: dateOf(lastUsedAt), expiresAt: dateOf(expiresAt) };
  agrees(model, { ...shown, ...times }, token);
}

export function budgetsOf(token: ModelToken, api: ApiName): Budget[] {
  const { limit, windowMs } = APIS[api];
  const percent = token.budgets[api] ?? rulesOf(token.kind).percent;
  const share = Math.max(1, Math.floor((limit * percent) / 100));
  return [
    { key: `${api} of token ${token.id}`, limit: share, windowMs },
    { key: `${api} of account ${token.account}`, limit, windowMs },
  ];
}

/** What is spent now, in calls times window: each millisecond gives back `limit` of it. */
function spentOf(model: Model, { key, limit, windowMs }: Budget): number {
  const debt = model.debts.get(key);
  if (debt === undefined) return 0;
  return Math.max(0, Math.min(debt.spent, limit * windowMs) - (model.now - debt.at) * limit);
}

export function spend(model: Model, budget: Budget, cost: number): void {
  const spent = spentOf(model, budget) + cost * budget.windowMs;
  model.debts.set(budget.key, { spent, at: model.now });
}

export function waitMs(model: Model, budget: Budget, cost: number): number {
  const { limit, windowMs } = budget;
  if (cost > limit) return Number.POSITIVE_INFINITY;
  return Math.max(0, Math.ceil((spentOf(model, budget) + (cost - limit) * windowMs) / limit));
}

export function stateOf(model: Model, budget: Budget): BudgetState {
  const { limit, windowMs } = budget;
  const spent = spentOf(model, budget);
  return {
    limit,
    remaining: Math.floor((limit * windowMs - spent) / windowMs),
    windowMs,
    resetMs: Math.ceil(spent / limit),
  };
}

/** At most once a minute; a sliding token lives on from its use, as long as its kind lets it, and is reminded of its new end. */
export function noteUse(model: Model, token: ModelToken): void {
  if (token.lastUsedAt !== null && model.now - token.lastUsedAt < MINUTE) return;
  token.lastUsedAt = model.now;
  const { life, capDays, backupDays } = rulesOf(token.kind);
  const isTemporary = token.slot === "backup" && backupDays !== null;
  if (life === null || life === "chosen" || !life.slides || isTemporary || token.expiresAt === null)
    return;
  const cap = capDays === null ? Number.POSITIVE_INFINITY : token.madeAt + capDays * DAY;
  const end = Math.min(model.now + life.days * DAY, cap);
  if (end <= token.expiresAt) return;
  token.expiresAt = end;
  token.remindedFrom = null;
}
