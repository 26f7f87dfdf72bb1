import { type Candidate, meetsRequirement } from "../access/requirement.ts";
import type { DenialCode } from "../errors.ts";
import { expiryAfterUse, isExpired } from "../lifecycle/expiry.ts";
import type { ResolvedKind } from "../lifecycle/kind.ts";
import { BACKUP } from "../lifecycle/slots.ts";
import type {
  BudgetHolder,
  BudgetState,
  Owner,
  Refused,
  Verdict,
  VerifyRequest,
} from "../model.ts";
import { decideNetwork } from "../network/decide.ts";
import type { ResolvedApi } from "../options.ts";
import type { Awaitable } from "../ports/awaitable.ts";
import type { Bucket, Taken } from "../ports/budget-store.ts";
import type { FoundToken, StoredToken } from "../ports/repository.ts";
import { type KnownPrefix, parseSecret } from "../secret/parse.ts";
import { Secret } from "../secret/secret.ts";
import type { KnownOwner } from "../state/owners.ts";
import type { PreparedToken } from "../state/prepared.ts";
import { isThenable } from "../state/thenable.ts";
import { NOTE_INTERVAL_MS } from "../state/uses.ts";
import { type Asked, checkCall } from "./check-call.ts";
import type { Context } from "./context.ts";
import { isOneOf } from "./find-by-secret.ts";
import { recordNetworkRefusal, recordOwnerRefusal } from "./record-refusal.ts";
import { refuse, refusedWith } from "./refusals.ts";
import { rehash } from "./rehash.ts";

/**
 * Checks a secret for one call, in the order of the denial codes. See `Tokenry.verify`.
 *
 * No async function: ports that answer at once are not awaited, and with everything in memory the whole decision is one stretch of
 * synchronous code.
 */
export function verify(
  context: Context,
  presented: unknown,
  request: VerifyRequest,
): Promise<Verdict> {
  try {
    const call = readCall(context, presented, checkCall(request));
    return typeof call === "string" ? SETTLED[call] : Promise.resolve(decided(call));
  } catch (misuse) {
    return rejected(misuse);
  }
}

/** The checks of a call name the path; what a getter or a proxy of the caller throws names nothing. */
export async function rejected(misuse: unknown): Promise<never> {
  if (misuse instanceof Error && misuse.message.startsWith("request")) throw misuse;
  throw new TypeError("request cannot be read", { cause: misuse });
}

/** Settled once and for all: a flood of what is no secret allocates nothing. */
const SETTLED: Readonly<Record<Unreadable, Promise<Verdict>>> = {
  missing_token: Promise.resolve(refuse("missing_token")),
  malformed_token: Promise.resolve(refuse("malformed_token")),
};

/** Why what was presented is no secret. */
type Unreadable = "missing_token" | "malformed_token";

/** The first check: what needs no port. */
export function readCall(context: Context, presented: unknown, asked: Asked): Call | Unreadable {
  const text = Secret.isSecret(presented) ? presented.reveal() : presented;
  if (isMissing(text)) return "missing_token";
  const prefix = typeof text === "string" ? parseSecret(text, context.prefixes) : undefined;
  if (prefix === undefined) return "malformed_token";
  return { context, text: text as string, prefix, asked, now: 0, hashes: NO_HASHES };
}

function isMissing(text: unknown): boolean {
  return text === undefined || text === null || text === "";
}

/** A call with a secret of known shape. */
export interface Call {
  readonly context: Context;
  readonly text: string;
  readonly prefix: KnownPrefix;
  readonly asked: Asked;
  now: number;
  hashes: readonly string[];
}

const NO_HASHES: readonly string[] = [];

/** A call whose token has been found. */
interface KnownCall extends FoundCall {
  readonly call: Call;
}

/** What the checks need of a call and of the token that was found for it. */
export interface FoundCall {
  readonly call: Pick<Call, "context" | "asked" | "now">;
  readonly found: FoundToken;
  readonly prepared: PreparedToken;
  readonly kind: ResolvedKind;
}

/** The decision; whatever a port throws, now or later, is a refusal. */
export function decided(call: Call): Awaitable<Verdict> {
  try {
    call.now = call.context.now();
    call.hashes = call.context.keyring.hashes(call.text);
    const verdict = andThen(call.context.repository.findByHash(call.hashes), call, onFound);
    if (!isThenable(verdict)) return verdict;
    return verdict.then(undefined, (cause: unknown) => undecided(call, cause));
  } catch (cause) {
    return undecided(call, cause);
  }
}

function undecided({ context }: Call, cause: unknown): Verdict {
  context.report(cause);
  return refuse("unavailable");
}

/** Goes on with what a port answered, at once where it answered at once. */
function andThen<Value, State>(
  value: Awaitable<Value>,
  state: State,
  next: (state: State, value: Value) => Awaitable<Verdict>,
): Awaitable<Verdict> {
  return isThenable(value) ? value.then((known) => next(state, known)) : next(state, value);
}

function onFound(call: Call, found: FoundToken | undefined): Awaitable<Verdict> {
  if (found === undefined) return refuse("unknown_token");
  const { context, hashes, prefix, now } = call;
  const prepared = context.preparation.token(found);
  const { kind, owner } = prepared;
  if (!prepared.isProven) prepared.isProven = isOneOf(hashes, found.token.hash);
  if (!prepared.isProven || kind?.name !== prefix.kind) return refuse("unknown_token");
  if (now >= prepared.aliveUntil * 1000 && hasExpired(context, found.token, now))
    return denied("expired_token", prepared);
  const known: KnownCall = { call, found, prepared, kind };
  const isKept = owner !== undefined && context.owners.isFresh(owner, now);
  return isKept
    ? onOwner(known, owner)
    : andThen(context.owners.get(prepared.token.owner, now), known, onOwner);
}

function onOwner(known: KnownCall, answer: KnownOwner): Awaitable<Verdict> {
  const { call, prepared } = known;
  const { context, asked, now } = call;
  context.preparation.meet(prepared, answer);
  if (prepared.standing !== "ok") return refuseOwner(known, prepared.standing);
  if (!mayComeFrom(known)) return denied("network_denied", prepared);
  const owner = answer.owner as Owner;
  const api = context.apis.get(asked.api);
  if (api === undefined) return denied("access_denied", prepared);
  context.preparation.aim(prepared, owner, api, asked.method);
  if (!prepared.hasAccess) return denied("access_denied", prepared);
  if (
    asked.requires !== undefined &&
    !meetsRequirement(asked.requires, candidate(known, owner, api))
  )
    return denied("access_denied", prepared);
  const buckets = [prepared.ownBucket as Bucket, prepared.accountBucket as Bucket];
  const taken = context.budgets.take(buckets, asked.cost, now);
  return isThenable(taken)
    ? taken.then((took) => onTaken(known, owner, took))
    : onTaken(known, owner, taken);
}

/** Refuses, and records, the token of an owner who may make no call now. */
export function refuseOwner(
  { call, found, prepared }: FoundCall,
  reason: "owner_inactive" | "api_access_disabled",
): Refused {
  recordOwnerRefusal(call.context, found.token, { request: call.asked, reason, now: call.now });
  return denied(reason, prepared);
}

function candidate({ prepared }: KnownCall, owner: Owner, api: ResolvedApi): Candidate {
  return { api: api.name, apiMethods: api.methods, owner, granted: prepared.granted };
}

function onTaken(known: KnownCall, owner: Owner, taken: Taken): Verdict {
  return taken.allowed === true ? accept(known, owner, taken) : overBudget(known.prepared, taken);
}

/** Expired, and no accepted use that waits to be written has moved the expiry on. */
export function hasExpired(context: Context, token: StoredToken, now: number): boolean {
  if (!isExpired(token, now)) return false;
  return isExpired({ expiresAt: context.uses.pendingExpiry(token) }, now);
}

/** The check of the network; a refusal is recorded. A rule or zone that cannot be read refuses. */
export function mayComeFrom({ call, found, prepared }: FoundCall): boolean {
  const { context, asked, now } = call;
  const zones = context.preparation.zones(found.zones);
  if (prepared.network === undefined || zones === undefined) return false;
  const decision = decideNetwork(prepared.network, zones, asked.address);
  if (!decision.allowed)
    recordNetworkRefusal(context, found.token, { request: asked, decision, now });
  return decision.allowed;
}

/** Notes the use, and moves the secret under the current pepper, both in the background. */
function accept({ call, found, prepared, kind }: KnownCall, owner: Owner, taken: Taken): Verdict {
  const { context, text, now } = call;
  // First of all: an answer that cannot be understood is a refusal, and notes nothing.
  const budgetOf = tighter(taken.states);
  const { token } = found;
  // Within the minute after the last noted use, as far as its second tells; else the stored millisecond does.
  const sinceNoted = now - prepared.usedAt * 1000;
  const isNoted = prepared.usedAt >= 0 && sinceNoted >= 0 && sinceNoted < NOTE_INTERVAL_MS;
  if (!isNoted && context.uses.isDue(token, now)) noteUse(context, kind, token, now);
  if (prepared.pepper !== context.keyring.current) rehash(context, token, text, now);
  const budget = stateOf(taken.states, budgetOf);
  return { ok: true, token: prepared.token, owner, budget, budgetOf };
}

/** Notes an accepted use; it moves a sliding expiry. */
export function noteUse(
  { uses }: Pick<Context, "uses">,
  kind: ResolvedKind,
  token: StoredToken,
  now: number,
): void {
  uses.note(token, now, slides(kind, token) ? expiryAfterUse(kind.expiry, token, now) : null);
}

/** A backup that is to end by itself ends, however much it is used. */
function slides({ backupFor }: ResolvedKind, { slot }: StoredToken): boolean {
  return slot !== BACKUP || backupFor === undefined;
}

export function denied(code: DenialCode, { id }: Pick<PreparedToken, "id">): Refused {
  return refusedWith(code, { tokenId: id });
}

function overBudget({ id }: PreparedToken, { states, retryAfterMs }: Taken): Verdict {
  const budgetOf = tighter(states);
  const facts = { tokenId: id, budget: stateOf(states, budgetOf), budgetOf };
  const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
  return refusedWith("budget_exceeded", { ...facts, ...wait });
}

/** The budget with less left; the token's own where they are equal. */
function tighter([own, account]: readonly BudgetState[]): BudgetHolder {
  if (own === undefined)
    throw new TypeError("a budget store must answer with a state for each bucket");
  return account !== undefined && account.remaining < own.remaining ? "account" : "token";
}

/** The states go with the buckets, in their order: the token's, then the account's. */
function stateOf(states: readonly BudgetState[], holder: BudgetHolder): BudgetState {
  // `tighter` has seen that it is there.
  return states[holder === "token" ? 0 : 1] as BudgetState;
}
