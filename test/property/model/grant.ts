import assert from "node:assert/strict";
import type {
  BudgetState,
  DenialCode,
  Grant,
  Granted,
  GrantRequest,
  Level,
  Owner,
  TokenReference,
} from "../../../src/index.ts";
import { hasSucceeded, type Outcome } from "./outcome.ts";
import { API_NAMES, APIS, type ApiName, isApi } from "./rules.ts";
import { isLiving, type Model, type ModelToken } from "./state.ts";
import {
  agreesBeforeUse,
  type Budget,
  budgetsOf,
  isAllowed,
  isFromAllowed,
  noteUse,
  recordRefusal,
  refusalOfText,
  spend,
  standingOf,
  stateOf,
  waitMs,
} from "./verify.ts";

export type CredentialCall = string | TokenReference | undefined;

export interface GrantCall {
  readonly credential: CredentialCall;
  readonly request: GrantRequest;
}

/** The methods of each API that something is for; an API without any is left out. */
type Methods = Readonly<Partial<Record<ApiName, readonly string[]>>>;

export function judgeGrant(
  model: Model,
  { credential, request }: GrantCall,
  outcome: Outcome<Grant>,
): void {
  if (!hasSucceeded(outcome, undefined)) return;
  const grant = outcome.value;
  const token = opened(model, credential, grant);
  if (token === undefined) return;
  const owner = model.people.get(token.owner);
  const refusal =
    refusalOfToken(model, token, owner, request.address) ?? methodsFor(token, owner, request);
  if (typeof refusal === "string") {
    if (refusal === "owner_inactive" || refusal === "api_access_disabled")
      recordRefusal(model, "owner.refused", token);
    if (refusal === "network_denied") recordRefusal(model, "network.refused", token);
    assert.equal(grant.ok ? "ok" : grant.code, refusal);
  } else judgeSpending(model, token, { methods: refusal, grant });
}

/** Without an effect: what comes after it would tell. */
export function judgeRecheck(
  model: Model,
  credential: CredentialCall,
  outcome: Outcome<Grant>,
): void {
  if (!hasSucceeded(outcome, undefined)) return;
  const grant = outcome.value;
  const token = opened(model, credential, grant);
  if (token === undefined) return;
  const owner = model.people.get(token.owner);
  const isNamed = typeof credential === "object";
  const refusal = isNamed
    ? refusalOfLife(model, token, owner)
    : refusalOfToken(model, token, owner, undefined);
  assert.equal(grant.ok ? "ok" : grant.code, refusal ?? "ok");
  if (grant.ok && owner !== undefined)
    agreesWith(model, token, grant, everything(token, owner, API_NAMES));
}

/** The token that a credential opens or names. Where there is none, the refusal says so and names none. */
function opened(model: Model, credential: CredentialCall, grant: Grant): ModelToken | undefined {
  const token = model.tokens.find((other) => isOpenedBy(other, credential));
  if (!grant.ok) assert.equal(grant.tokenId, token?.id);
  if (token === undefined) {
    const isNamed = typeof credential === "object";
    const refusal = isNamed ? "unknown_token" : refusalOfText(model, credential);
    assert.equal(grant.ok ? "ok" : grant.code, refusal);
  }
  return token;
}

/** A rotation that waits has no secret, and nothing stands on it. */
function isOpenedBy({ id, secret, madeAt }: ModelToken, credential: CredentialCall): boolean {
  if (typeof credential !== "object") return secret !== null && secret === credential;
  const { tokenId, secretCreatedAt = madeAt } = credential;
  return secret !== null && id === tokenId && secretCreatedAt === madeAt;
}

function refusalOfLife(
  model: Model,
  token: ModelToken,
  owner: Owner | undefined,
): DenialCode | undefined {
  return isLiving(model, token) ? standingOf(token, owner) : "expired_token";
}

function refusalOfToken(
  model: Model,
  token: ModelToken,
  owner: Owner | undefined,
  address: string | undefined,
): DenialCode | undefined {
  const refusal = refusalOfLife(model, token, owner);
  return refusal ?? (isFromAllowed(model, token, address) ? undefined : "network_denied");
}

/** What a call with the token would be accepted for, all of it or what was asked for: never more. */
function methodsFor(
  token: ModelToken,
  owner: Owner | undefined,
  { access, apis = API_NAMES }: GrantRequest,
): Methods | DenialCode {
  // Who has no owner was refused before.
  if (owner === undefined) return "owner_inactive";
  if (access === undefined) {
    const all = everything(token, owner, apis);
    return Object.keys(all).length > 0 ? all : "access_denied";
  }
  const asked = Object.entries(access).map(([api, level]) => [api, methodsOf(api, level)] as const);
  const isWithin = asked.every(
    ([api, methods]) =>
      isApi(api) &&
      apis.includes(api) &&
      methods.every((method) => isAllowed(token, owner, api, method)),
  );
  if (!isWithin) return "access_denied";
  return Object.fromEntries(asked.filter(([, methods]) => methods.length > 0));
}

function everything(token: ModelToken, owner: Owner, apis: readonly string[]): Methods {
  const entries = API_NAMES.filter((api) => apis.includes(api)).map(
    (api) =>
      [api, APIS[api].methods.filter((method) => isAllowed(token, owner, api, method))] as const,
  );
  return Object.fromEntries(entries.filter(([, methods]) => methods.length > 0));
}

function methodsOf(api: string, level: Level | undefined): readonly string[] {
  if (level === undefined || level === "none") return [];
  if (level === "full") return isApi(api) ? APIS[api].methods : [];
  return level === "read" ? ["GET"] : level;
}

/** One call on each API, or on none. */
function judgeSpending(
  model: Model,
  token: ModelToken,
  { methods, grant }: { readonly methods: Methods; readonly grant: Grant },
): void {
  // Only what is an API has methods.
  const budgets = (Object.keys(methods) as ApiName[]).flatMap((api) => budgetsOf(token, api));
  const fits = budgets.every((budget) => waitMs(model, budget, 1) === 0);
  assert.equal(grant.ok ? "ok" : grant.code, fits ? "ok" : "budget_exceeded");
  if (!grant.ok) {
    const wait = Math.max(...budgets.map((budget) => waitMs(model, budget, 1)));
    assert.equal(grant.retryAfterMs, wait);
    assert.deepEqual(grant.budget, tightest(model, budgets));
    return;
  }
  for (const budget of budgets) spend(model, budget, 1);
  noteUse(model, token);
  agreesWith(model, token, grant, methods);
}

/** The first of those with the least left. */
function tightest(model: Model, budgets: readonly Budget[]): BudgetState | undefined {
  const states = budgets.map((budget) => stateOf(model, budget));
  const least = Math.min(...states.map(({ remaining }) => remaining));
  return states.find(({ remaining }) => remaining === least);
}

function agreesWith(model: Model, token: ModelToken, grant: Granted, methods: Methods): void {
  if (model.isQuiet) assert.deepEqual(grant.owner, model.people.get(token.owner));
  agreesBeforeUse(model, grant.token, token);
  assert.equal(grant.secretCreatedAt, token.madeAt);
  const apis = Object.keys(methods) as ApiName[];
  const handed = Object.entries(grant.access).map(([api, level]) => [api, methodsOf(api, level)]);
  assert.deepEqual(sorted(Object.fromEntries(handed)), sorted(methods));
  const expected = apis.map((api) => {
    const [own, account] = budgetsOf(token, api);
    return [
      api,
      { limit: own?.limit, accountLimit: account?.limit, windowMs: APIS[api].windowMs },
    ] as const;
  });
  assert.deepEqual(grant.budgets, Object.fromEntries(expected));
}

function sorted(methods: Methods): Methods {
  const entries = Object.entries(methods).map(([api, each]) => [api, [...each].sort()]);
  return Object.fromEntries(entries);
}
