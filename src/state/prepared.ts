import QuickLRU from "quick-lru";
import { hasApiAccess } from "../access/actor.ts";
import { decideAccess } from "../access/decide.ts";
import { accountBudgetKey, tokenBudgetKey } from "../budget/bucket-keys.ts";
import { shareOf } from "../budget/share.ts";
import type { ResolvedKind } from "../lifecycle/kind.ts";
import type { Level, Network, Owner, Token } from "../model.ts";
import {
  type CompiledNetwork,
  type CompiledZones,
  compileNetwork,
  compileZones,
} from "../network/decide.ts";
import type { ResolvedApi } from "../options.ts";
import type { Bucket } from "../ports/budget-store.ts";
import type { FoundToken, Memo, StoredToken, ZoneSet } from "../ports/repository.ts";
import type { KnownOwner } from "./owners.ts";
import { publicToken } from "./public-token.ts";

/** What the owner's state says of every call. */
export type Standing = "ok" | "owner_inactive" | "api_access_disabled";

/** A stored token made ready for calls, with all that a call needs of it few steps away: each step is a miss of the processor's cache. */
export class PreparedToken implements Memo {
  readonly #maker: Preparation;
  isOutdated = false;
  token: Token;
  readonly id: string;
  readonly budgets: Readonly<Record<string, number>>;
  readonly account: string;
  /** Whether the hash that found the token was seen to be its own. A store hands out one object for one hash, so once is enough. */
  isProven = false;
  readonly pepper: string | null;
  /** Up to this second since 1970 it has not expired, for sure; after it, `token` tells. */
  aliveUntil: number;
  /** The second of the last noted use; -1 when none was. */
  usedAt: number;
  /** `undefined`: a kind that is not configured. */
  readonly kind: ResolvedKind | undefined;
  /** `null` where the kind follows its owner. */
  readonly granted: Readonly<Record<string, Level>> | null;
  /** `null`: no rule. `undefined`: a stored rule that cannot be read, which refuses. */
  readonly network: CompiledNetwork | null | undefined;
  /** What was last known of the owner, to save the look-up, and what it says of every call. */
  owner: KnownOwner | undefined = undefined;
  standing: Standing = "owner_inactive";
  /** The call decided last for that owner: most tokens make one call over and over. */
  api: ResolvedApi | undefined = undefined;
  method = "";
  hasAccess = false;
  ownBucket: Bucket | undefined = undefined;
  accountBucket: Bucket | undefined = undefined;

  constructor(maker: Preparation, stored: StoredToken) {
    this.#maker = maker;
    this.token = publicToken(stored);
    this.id = stored.id;
    this.budgets = stored.budgets;
    this.account = stored.account;
    this.pepper = stored.pepper;
    this.aliveUntil = aliveUntil(stored);
    this.usedAt = usedAt(stored);
    this.kind = maker.kinds.get(stored.kind);
    this.granted = this.kind?.access === "granted" ? (stored.access ?? {}) : null;
    this.network = stored.network === null ? null : maker.network(stored.network);
  }

  /** Takes over what a noted use has changed. */
  renew(stored: StoredToken): void {
    this.token = publicToken(stored);
    this.aliveUntil = aliveUntil(stored);
    this.usedAt = usedAt(stored);
    this.isOutdated = false;
  }

  /** Whether a memo was made by this preparation: two instances with different kinds may share a store. */
  static isOf(memo: Memo | undefined, maker: Preparation): memo is PreparedToken {
    return memo instanceof PreparedToken && memo.#maker === maker;
  }
}

/** Rules and accounts kept: many tokens have the same. */
const MAX_SHARED = 10_000;

/** Makes stored records ready for calls, once for each record that a store keeps in memory. */
export class Preparation {
  readonly kinds: ReadonlyMap<string, ResolvedKind>;
  readonly #networks = new QuickLRU<string, { readonly compiled: CompiledNetwork | undefined }>({
    maxSize: MAX_SHARED,
  });
  readonly #accounts = new QuickLRU<string, Bucket[]>({ maxSize: MAX_SHARED });
  readonly #zoneSets = new WeakMap<ZoneSet, { readonly compiled: CompiledZones | undefined }>();

  constructor(kinds: ReadonlyMap<string, ResolvedKind>) {
    this.kinds = kinds;
  }

  token(found: FoundToken): PreparedToken {
    const { memo } = found;
    if (PreparedToken.isOf(memo, this)) {
      if (memo.isOutdated) memo.renew(found.token);
      return memo;
    }
    const prepared = new PreparedToken(this, found.token);
    if ("memo" in found) found.memo = prepared;
    return prepared;
  }

  /** The same rule is compiled once, however many tokens have it. */
  network(network: Network): CompiledNetwork | undefined {
    const text = JSON.stringify(network);
    const known = this.#networks.get(text) ?? { compiled: compileNetwork(network) };
    this.#networks.set(text, known);
    return known.compiled;
  }

  zones(set: ZoneSet): CompiledZones | undefined {
    if (set.zones.length === 0) return NO_ZONES;
    const known = this.#zoneSets.get(set) ?? { compiled: compileZones(set.zones) };
    this.#zoneSets.set(set, known);
    return known.compiled;
  }

  /** Notes an answer of the directory about the token's owner. */
  meet(prepared: PreparedToken, answer: KnownOwner): void {
    if (prepared.owner === answer) return;
    prepared.owner = answer;
    prepared.standing = standingOf(answer.owner, prepared.account);
    prepared.hasAccess = false;
    prepared.method = "";
  }

  /** Decides the access of a call and finds its budgets: the token's share, then the account's maximum. */
  aim(prepared: PreparedToken, owner: Owner, api: ResolvedApi, method: string): void {
    if (prepared.api === api && prepared.method === method) return;
    const { granted } = prepared;
    const question = { api: api.name, apiMethods: api.methods, method, owner, granted };
    // First what may throw, as the owner's facts are the host's: all that is remembered changes together.
    const hasAccess = decideAccess(question);
    if (prepared.api !== api) {
      prepared.ownBucket = tokenBucket(prepared, api);
      prepared.accountBucket = this.#accountBucket(prepared.account, api);
    }
    prepared.hasAccess = hasAccess;
    prepared.api = api;
    prepared.method = method;
  }

  /** The budgets of a token on one API: its own share, then the account's maximum. */
  buckets(prepared: PreparedToken, api: ResolvedApi): readonly [own: Bucket, account: Bucket] {
    return [tokenBucket(prepared, api), this.#accountBucket(prepared.account, api)];
  }

  #accountBucket(account: string, api: ResolvedApi): Bucket {
    const known = this.#accounts.get(account) ?? [];
    if (known.length === 0) this.#accounts.set(account, known);
    const bucket =
      known[api.index] ?? bucketOf(accountBudgetKey(account, api.name), api, api.limit);
    known[api.index] = bucket;
    return bucket;
  }
}

/** An owner who has moved to another account left the tokens of the old one behind. */
function standingOf(owner: Owner | undefined, account: string): Standing {
  if (owner === undefined || owner.active !== true || owner.account !== account) {
    return "owner_inactive";
  }
  return hasApiAccess(owner) ? "ok" : "api_access_disabled";
}

const NO_ZONES: CompiledZones = Object.freeze({ byName: new Map(), blocked: null });

function tokenBucket({ id, account, budgets, kind }: PreparedToken, api: ResolvedApi): Bucket {
  const own = Object.hasOwn(budgets, api.name) ? budgets[api.name] : undefined;
  const share = shareOf(api.limit, own ?? kind?.budgetPercent ?? 1);
  return bucketOf(tokenBudgetKey(account, id, api.name), api, share);
}

/** The largest number that the engine keeps in an object itself; another one costs a miss of the processor's cache. */
const LARGEST_SMALL = 2 ** 31 - 1;

function aliveUntil({ expiresAt }: StoredToken): number {
  return expiresAt === null ? LARGEST_SMALL : wholeSeconds(expiresAt);
}

function usedAt({ lastUsedAt }: StoredToken): number {
  return lastUsedAt === null ? -1 : wholeSeconds(lastUsedAt);
}

function wholeSeconds(milliseconds: number): number {
  return Math.min(LARGEST_SMALL, Math.floor(milliseconds / 1000));
}

function bucketOf(key: string, { windowMs }: ResolvedApi, limit: number): Bucket {
  return { key, limit, windowMs, memo: undefined };
}
