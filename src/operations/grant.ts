import { availableAccess, type Levels, narrowedAccess } from "../access/available.ts";
import { checkKeys, checkList, checkObject } from "../checks.ts";
import type { BudgetState, Level, Owner, Refused, Token } from "../model.ts";
import type { ResolvedApi } from "../options.ts";
import type { Taken } from "../ports/budget-store.ts";
import type { Asked } from "./check-call.ts";
import type { Context } from "./context.ts";
import { type ReadCredential, readCredential, type TokenCredential } from "./find-reference.ts";
import { refuse, refusedWith } from "./refusals.ts";
import { rehash } from "./rehash.ts";
import { type StandingToken, standingOf } from "./standing-of.ts";
import { denied, mayComeFrom, noteUse, refuseOwner } from "./verify.ts";

/** What a credential is to be derived for. */
export interface GrantRequest<Api extends string = string> {
  /**
   * What it is to open, by API: more than the token and its owner may do now is `access_denied`. Default: all that they may do. `{}`: nothing
   * but who it is.
   */
  readonly access?: Readonly<Partial<Record<Api, Level>>> | undefined;
  /** Nothing but these APIs; more than these is `access_denied`. Default: any. */
  readonly apis?: readonly Api[] | undefined;
  /** The client's address as text. Without it every network rule refuses. */
  readonly address?: string | undefined;
}

/** What a token may hand on: the facts for a credential that is derived from it. */
export interface Granted<
  Kind extends string = string,
  Api extends string = string,
  Profile = unknown,
> {
  readonly ok: true;
  readonly token: Token<Kind>;
  /** Milliseconds since 1970: when the present secret of the token was made. What was derived under an earlier one has ended. */
  readonly secretCreatedAt: number;
  readonly owner: Owner<Profile>;
  /** A level for each API that there is one for. */
  readonly access: Readonly<Partial<Record<Api, Level>>>;
  /** The methods that these APIs have: what `"full"` is. */
  readonly methods: Readonly<Partial<Record<Api, readonly string[]>>>;
  /** The budgets of these APIs. */
  readonly budgets: Readonly<Partial<Record<Api, GrantedBudget>>>;
}

/** What a token may spend on an API: `limit` is its own share, `accountLimit` the maximum of its account. */
export interface GrantedBudget {
  readonly limit: number;
  readonly accountLimit: number;
  readonly windowMs: number;
}

/** The answer to a request for a grant. */
export type Grant<Kind extends string = string, Api extends string = string, Profile = unknown> =
  | Granted<Kind, Api, Profile>
  | Refused;

/** Decides what may be derived from a token. See `Tokenry.grant`. */
export async function grant(
  context: Context,
  credential: TokenCredential,
  request: GrantRequest = {},
): Promise<Grant> {
  const asked = checkGrantRequest(request);
  const read = readCredential(context, credential);
  if (typeof read === "string") return refuse(read);
  try {
    const standing = await standingOf(context, read);
    if ("ok" in standing) return standing;
    return await grantFrom(standing, read, asked);
  } catch (cause) {
    context.report(cause);
    return refuse("unavailable");
  }
}

async function grantFrom(
  standing: StandingToken,
  credential: ReadCredential,
  asked: AskedGrant,
): Promise<Grant> {
  const { context, now, found, prepared, kind, against } = standing;
  const call = { context, now, asked: { ...NO_CALL, address: asked.address } };
  const known = { call, found, prepared, kind };
  if (against !== undefined) return refuseOwner(known, against);
  if (!mayComeFrom(known)) return denied("network_denied", prepared);
  const access = accessOf(standing, asked);
  if (access === undefined) return denied("access_denied", prepared);
  const apis = Object.keys(access).map((api) => context.apis.get(api) as ResolvedApi);
  const buckets = apis.flatMap((api) => context.preparation.buckets(prepared, api));
  if (buckets.length > 0) {
    const taken = await context.budgets.take(buckets, 1, now);
    if (taken.allowed !== true) return overBudget(prepared.id, taken);
  }
  if (context.uses.isDue(found.token, now)) noteUse(context, kind, found.token, now);
  if (credential.type === "secret" && prepared.pepper !== context.keyring.current)
    rehash(context, found.token, credential.text, now);
  return granted(standing, access);
}

/** No API and no method: the checks that a grant shares with a call ask for neither. */
const NO_CALL: Asked = { api: "", method: "", address: undefined, cost: 1, requires: undefined };

/** What a standing token may do: what was asked for, or all; `undefined` where that is too much, or nothing. */
export function accessOf(
  { context, prepared, owner }: Pick<StandingToken, "context" | "prepared" | "owner">,
  { access, apis }: Pick<AskedGrant, "access" | "apis">,
): Levels | undefined {
  const holder = { owner, granted: prepared.granted };
  const known = apis === undefined ? context.apis : onlyOf(context.apis, apis);
  if (access !== undefined) return narrowedAccess(access, known, holder);
  const available = availableAccess(known, holder);
  return Object.keys(available).length > 0 ? available : undefined;
}

function onlyOf(known: Context["apis"], names: ReadonlySet<string>): Context["apis"] {
  return new Map([...known].filter(([name]) => names.has(name)));
}

/** The facts of a grant. */
export function granted(standing: StandingToken, access: Levels): Granted {
  const { context, found, prepared, owner } = standing;
  // Only APIs that there are get a level.
  const apis = Object.keys(access).map((name) => context.apis.get(name) as ResolvedApi);
  const budgets = apis.map((api) => {
    const [own, account] = context.preparation.buckets(prepared, api);
    const { limit, windowMs } = own;
    return [api.name, { limit, accountLimit: account.limit, windowMs }] as const;
  });
  const { secretCreatedAt } = found.token;
  return {
    ...{ ok: true, token: prepared.token, secretCreatedAt, owner, access },
    methods: Object.fromEntries(apis.map(({ name, methods }) => [name, [...methods]])),
    budgets: Object.fromEntries(budgets),
  };
}

/** The budgets stand in pairs: a token's own, then its account's. */
function overBudget(tokenId: string, { states, retryAfterMs }: Taken): Refused {
  const least = states.reduce((low, state, index) => {
    return state.remaining < (states[low] as BudgetState).remaining ? index : low;
  }, 0);
  const budget = states[least];
  if (budget === undefined)
    throw new TypeError("a budget store must answer with a state for each bucket");
  const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
  const budgetOf = least % 2 === 0 ? "token" : "account";
  return refusedWith("budget_exceeded", { tokenId, budget, budgetOf, ...wait });
}

/** A request after its checks. */
export interface AskedGrant {
  readonly access: Levels | undefined;
  readonly apis: ReadonlySet<string> | undefined;
  readonly address: string | undefined;
}

const KEYS: ReadonlySet<string> = new Set(["access", "apis", "address"]);

/** A mistyped limit would be none. */
function checkGrantRequest(request: GrantRequest): AskedGrant {
  checkKeys(request, KEYS, "request");
  const { access, apis, address } = request;
  if (address !== undefined && typeof address !== "string")
    throw new TypeError("request.address must be a string");
  return {
    access: access === undefined ? undefined : checkLevels(access),
    // A cast, as `checkList` looks at it: a name that is none is that of no API.
    apis: apis === undefined ? undefined : new Set(checkList(apis as string[], "request.apis")),
    address,
  };
}

/** Each is a level or a list. What a list holds beside methods of its API is not allowed to anybody. */
function checkLevels(access: unknown): Levels {
  checkObject(access, "request.access");
  const levels: Record<string, Level> = Object.create(null);
  for (const [api, level] of Object.entries(access)) {
    if (level === undefined) continue;
    if (typeof level === "string" ? !LEVELS.has(level) : !Array.isArray(level))
      throw new TypeError("request.access must hold levels");
    levels[api] = level as Level;
  }
  return levels;
}

const LEVELS: ReadonlySet<string> = new Set(["none", "read", "full"]);
