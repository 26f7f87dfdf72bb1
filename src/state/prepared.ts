import { LRUCache } from "lru-cache";
import { shareOf } from "../budget/share.ts";
import type { ResolvedKind } from "../lifecycle/kind.ts";
import type { Level, Network, Token } from "../model.ts";
import {
  type CompiledNetwork,
  type CompiledZones,
  compileNetwork,
  compileZones,
} from "../network/decide.ts";
import type { ResolvedApi } from "../options.ts";
import type { Bucket } from "../ports/budget-store.ts";
import type { FoundToken, StoredToken, ZoneSet } from "../ports/repository.ts";
import type { KnownOwner } from "./owners.ts";
import { publicToken } from "./public-token.ts";

/** A stored token made ready for calls, with all that a call needs of it few steps away: each step is a miss of the processor's cache. */
export class PreparedToken {
  readonly #maker: Preparation;
  readonly token: Token;
  readonly id: string;
  readonly account: string;
  readonly hash: string | null;
  readonly pepper: string | null;
  readonly expiresAt: number | null;
  readonly lastUsedAt: number | null;
  /** `undefined`: a kind that is not configured. */
  readonly kind: ResolvedKind | undefined;
  /** `null` where the kind follows its owner. */
  readonly granted: Readonly<Record<string, Level>> | null;
  /** `null`: no rule. `undefined`: a stored rule that cannot be read, which refuses. */
  readonly network: CompiledNetwork | null | undefined;
  /** The API called last, and the budgets that a call on it spends from: most tokens call one. */
  api: ResolvedApi | undefined = undefined;
  buckets: readonly Bucket[] = [];
  /** What was last known of the owner, to save the look-up. */
  owner: KnownOwner | undefined = undefined;

  constructor(maker: Preparation, stored: StoredToken) {
    this.#maker = maker;
    this.token = publicToken(stored);
    this.id = stored.id;
    this.account = stored.account;
    this.hash = stored.hash;
    this.pepper = stored.pepper;
    this.expiresAt = stored.expiresAt;
    this.lastUsedAt = stored.lastUsedAt;
    this.kind = maker.kinds.get(stored.kind);
    this.granted = this.kind?.access === "granted" ? (stored.access ?? {}) : null;
    this.network = stored.network === null ? null : maker.network(stored.network);
  }

  /** Whether a memo was made by this preparation: two instances with different kinds may share a store. */
  static isOf(memo: unknown, maker: Preparation): memo is PreparedToken {
    return memo instanceof PreparedToken && memo.#maker === maker;
  }
}

/** Rules and accounts kept: many tokens have the same. */
const MAX_SHARED = 10_000;

/** Makes stored records ready for calls, once for each record that a store keeps in memory. */
export class Preparation {
  readonly kinds: ReadonlyMap<string, ResolvedKind>;
  readonly #networks = new LRUCache<string, { readonly compiled: CompiledNetwork | undefined }>({
    max: MAX_SHARED,
  });
  readonly #accounts = new LRUCache<string, Bucket[]>({ max: MAX_SHARED });
  readonly #zoneSets = new WeakMap<ZoneSet, { readonly compiled: CompiledZones | undefined }>();

  constructor(kinds: ReadonlyMap<string, ResolvedKind>) {
    this.kinds = kinds;
  }

  token(found: FoundToken): PreparedToken {
    if (PreparedToken.isOf(found.memo, this)) return found.memo;
    const prepared = new PreparedToken(this, found.token);
    found.memo = prepared;
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

  /** The budgets that a call on an API spends from: the token's share, then the account's maximum. */
  buckets(prepared: PreparedToken, kind: ResolvedKind, api: ResolvedApi): readonly Bucket[] {
    if (prepared.api !== api) {
      const { id, account, budgets } = prepared.token;
      const percent = Object.hasOwn(budgets, api.name)
        ? (budgets[api.name] as number)
        : kind.budgetPercent;
      const own = bucketOf(`${slotOf(account)}:token:${id}`, api, shareOf(api.limit, percent));
      prepared.buckets = [own, this.#accountBucket(account, api)];
      prepared.api = api;
    }
    return prepared.buckets;
  }

  #accountBucket(account: string, api: ResolvedApi): Bucket {
    const known = this.#accounts.get(account) ?? [];
    if (known.length === 0) this.#accounts.set(account, known);
    const bucket = known[api.index] ?? bucketOf(`${slotOf(account)}:account`, api, api.limit);
    known[api.index] = bucket;
    return bucket;
  }
}

const NO_ZONES: CompiledZones = Object.freeze({ byName: new Map(), blocked: null });

/** The account in braces puts a token's and its account's budget into one slot of a Redis cluster. */
function slotOf(account: string): string {
  return `{${encodeURIComponent(account)}}`;
}

/** Escaping keeps ids and API names of any characters apart. */
function bucketOf(start: string, { name, windowMs }: ResolvedApi, limit: number): Bucket {
  return { key: `${start}:${encodeURIComponent(name)}`, limit, windowMs, memo: undefined };
}
