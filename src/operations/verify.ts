import { decideAccess } from "../access/decide.ts";
import { checkObject } from "../checks.ts";
import type { DenialCode } from "../errors.ts";
import { expiryAfterUse, isExpired } from "../lifecycle/expiry.ts";
import type { ResolvedKind } from "../lifecycle/kind.ts";
import type { BudgetState, Owner, Verdict, VerifyRequest } from "../model.ts";
import { decideNetwork } from "../network/decide.ts";
import type { ResolvedApi } from "../options.ts";
import type { Taken } from "../ports/budget-store.ts";
import type { FoundToken, StoredToken } from "../ports/repository.ts";
import { parseSecret } from "../secret/parse.ts";
import { Secret } from "../secret/secret.ts";
import type { PreparedToken } from "../state/prepared.ts";
import { isThenable } from "../state/thenable.ts";
import type { Context } from "./context.ts";
import { findByParsedSecret } from "./find-by-secret.ts";
import { recordNetworkRefusal } from "./record-network-refusal.ts";
import { refuse, refusedWith } from "./refusals.ts";
import { rehash } from "./rehash.ts";

/**
 * Checks a secret for one call, in the order of the denial codes. See `Tokenry.verify`.
 *
 * Ports that answer at once are not awaited: with everything in memory the whole decision costs no turn of the queue.
 */
export async function verify(
  context: Context,
  presented: unknown,
  request: VerifyRequest,
): Promise<Verdict> {
  const cost = checkCall(request);
  const text = presented instanceof Secret ? presented.reveal() : presented;
  if (text === undefined || text === null || text === "") return refuse("missing_token");
  const prefix = typeof text === "string" ? parseSecret(text, context.prefixes) : undefined;
  if (prefix === undefined) return refuse("malformed_token");
  try {
    const now = context.now();
    const looked = findByParsedSecret(context, text as string, prefix);
    const found = isThenable(looked) ? await looked : looked;
    if (found === undefined) return refuse("unknown_token");
    const kind = context.kinds.get(found.token.kind) as ResolvedKind;
    const prepared = context.preparation.token(found.token);
    if (hasExpired(context, found.token, now)) return denied("expired_token", found.token);
    const asked = context.owners.get(found.token.owner, now);
    const owner = isThenable(asked) ? await asked : asked;
    const call = { context, text: text as string, found, prepared, kind, request, now };
    const refusal = refusalOf(call, owner);
    if (refusal !== undefined) return denied(refusal, found.token);
    const api = context.apis.get(request.api) as ResolvedApi;
    const took = context.budgets.take(context.preparation.buckets(prepared, kind, api), cost, now);
    const taken = isThenable(took) ? await took : took;
    return taken.allowed ? accept(call, owner as Owner, taken) : overBudget(found.token, taken);
  } catch (cause) {
    context.report(cause);
    return refuse("unavailable");
  }
}

/** A call whose secret is known, on its way through the checks. */
interface Call {
  readonly context: Context;
  readonly text: string;
  readonly found: FoundToken;
  readonly prepared: PreparedToken;
  readonly kind: ResolvedKind;
  readonly request: VerifyRequest;
  readonly now: number;
}

/** What the host's own code got wrong about the call; returns its cost. */
function checkCall(request: VerifyRequest): number {
  checkObject(request, "request");
  const { api, method, address, cost = 1 } = request;
  if (typeof api !== "string") throw new TypeError("request.api must be a string");
  if (typeof method !== "string") throw new TypeError("request.method must be a string");
  if (address !== undefined && typeof address !== "string")
    throw new TypeError("request.address must be a string");
  if (typeof cost !== "number") throw new TypeError("request.cost must be a number");
  if (!Number.isSafeInteger(cost) || cost < 1)
    throw new RangeError("request.cost must be a whole number, at least 1");
  return cost;
}

/** Expired, and no accepted use that waits to be written has moved the expiry on. */
function hasExpired(context: Context, token: StoredToken, now: number): boolean {
  if (!isExpired(token, now)) return false;
  return isExpired({ expiresAt: context.uses.pendingExpiry(token.id) ?? token.expiresAt }, now);
}

/** The checks of owner, network and access: all that can be decided without spending. */
function refusalOf(call: Call, owner: Owner | undefined): DenialCode | undefined {
  const { context, found, prepared, request } = call;
  // An owner who has moved to another account left the tokens of the old one behind.
  if (owner === undefined || owner.active !== true || owner.account !== found.token.account)
    return "owner_inactive";
  if (owner.apiAccess === false) return "api_access_disabled";
  const zones = context.preparation.zones(found.zones);
  if (prepared.network === undefined || zones === undefined) return "network_denied";
  const network = decideNetwork(prepared.network, zones, request.address);
  if (!network.allowed) {
    recordNetworkRefusal(context, found.token, { request, decision: network, now: call.now });
    return "network_denied";
  }
  const api = context.apis.get(request.api);
  if (api === undefined) return "access_denied";
  const granted = call.kind.access === "granted" ? (found.token.access ?? {}) : null;
  const question = {
    api: api.name,
    apiMethods: api.methods,
    method: request.method,
    owner,
    granted,
  };
  return decideAccess(question) ? undefined : "access_denied";
}

/** Notes the use, and moves the secret under the current pepper, both in the background. */
function accept(
  { context, text, found, prepared, kind, now }: Call,
  owner: Owner,
  taken: Taken,
): Verdict {
  const { token } = found;
  if (context.uses.isDue(token, now))
    context.uses.note(token, now, expiryAfterUse(kind.expiry, token, now));
  if (token.pepper !== context.keyring.current) rehash(context, token, text);
  return { ok: true, token: prepared.token, owner, budget: tighter(taken.states) };
}

function denied(code: DenialCode, token: StoredToken): Verdict {
  return refusedWith(code, { tokenId: token.id });
}

function overBudget(token: StoredToken, { states, retryAfterMs }: Taken): Verdict {
  const budget = tighter(states);
  return refusedWith("budget_exceeded", {
    tokenId: token.id,
    budget,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/** The budget with less left; the token's own where they are equal. */
function tighter(states: readonly BudgetState[]): BudgetState {
  const [own, account] = states;
  if (own === undefined)
    throw new TypeError("a budget store must answer with a state for each bucket");
  return account !== undefined && account.remaining < own.remaining ? account : own;
}
