import { LRUCache } from "lru-cache";
import { shareOf } from "../budget/share.ts";
import type { ResolvedKind } from "../lifecycle/kind.ts";
import type { Token } from "../model.ts";
import {
  type CompiledNetwork,
  type CompiledZones,
  compileNetwork,
  compileZones,
} from "../network/decide.ts";
import type { ResolvedApi } from "../options.ts";
import type { Bucket } from "../ports/budget-store.ts";
import type { StoredToken, ZoneSet } from "../ports/repository.ts";
import { publicToken } from "./public-token.ts";

/** A stored token made ready for many calls. */
export interface PreparedToken {
  readonly token: Token;
  /** The times that `token` shows, to tell when a use was noted since. */
  readonly lastUsedAt: number | null;
  readonly expiresAt: number | null;
  /** `null`: no rule. `undefined`: a stored rule that cannot be read, which refuses. */
  readonly network: CompiledNetwork | null | undefined;
  /** The token's and the account's budget, by API. Filled as calls come. */
  readonly buckets: Map<string, readonly Bucket[]>;
}

/** Account budgets kept, so that the tokens of an account share them. */
const MAX_ACCOUNTS = 10_000;

/** Makes stored records ready for calls, once for each record that is kept in memory. */
export interface Preparation {
  token(stored: StoredToken): PreparedToken;
  zones(set: ZoneSet): CompiledZones | undefined;
  buckets(prepared: PreparedToken, kind: ResolvedKind, api: ResolvedApi): readonly Bucket[];
}

/** Makes the preparation. What it keeps goes when the record goes. */
export function createPreparation(): Preparation {
  const tokens = new WeakMap<StoredToken, PreparedToken>();
  const zoneSets = new WeakMap<ZoneSet, CompiledZones | null>();
  const accounts = new LRUCache<string, Map<string, Bucket>>({ max: MAX_ACCOUNTS });

  const accountBucket = (account: string, api: ResolvedApi): Bucket => {
    const known = accounts.get(account) ?? new Map<string, Bucket>();
    if (known.size === 0) accounts.set(account, known);
    const bucket =
      known.get(api.name) ?? bucketOf(`{${encodeURIComponent(account)}}:account`, api, api.limit);
    known.set(api.name, bucket);
    return bucket;
  };
  return {
    token(stored) {
      const known = tokens.get(stored);
      if (
        known !== undefined &&
        known.lastUsedAt === stored.lastUsedAt &&
        known.expiresAt === stored.expiresAt
      )
        return known;
      const prepared = prepare(stored, known);
      tokens.set(stored, prepared);
      return prepared;
    },
    zones(set) {
      const known = zoneSets.get(set);
      if (known !== undefined) return known ?? undefined;
      const compiled = compileZones(set.zones);
      zoneSets.set(set, compiled ?? null);
      return compiled;
    },
    buckets(prepared, kind, api) {
      const known = prepared.buckets.get(api.name);
      if (known !== undefined) return known;
      const { id, account, budgets } = prepared.token;
      const percent = Object.hasOwn(budgets, api.name)
        ? (budgets[api.name] as number)
        : kind.budgetPercent;
      const own = bucketOf(
        `{${encodeURIComponent(account)}}:token:${id}`,
        api,
        shareOf(api.limit, percent),
      );
      const buckets = [own, accountBucket(account, api)];
      prepared.buckets.set(api.name, buckets);
      return buckets;
    },
  };
}

/** The rules of a token never change on one record: only its noted times do. */
function prepare(stored: StoredToken, known: PreparedToken | undefined): PreparedToken {
  const { lastUsedAt, expiresAt } = stored;
  const { network, buckets } = known ?? { network: networkOf(stored), buckets: new Map() };
  return { token: publicToken(stored), lastUsedAt, expiresAt, network, buckets };
}

function networkOf({ network }: StoredToken): PreparedToken["network"] {
  return network === null ? null : compileNetwork(network);
}

/**
 * The account in braces puts a token's and its account's budget into one slot of a Redis cluster; escaping keeps ids and API names of any
 * characters apart.
 */
function bucketOf(start: string, api: ResolvedApi, limit: number): Bucket {
  return Object.freeze({
    key: `${start}:${encodeURIComponent(api.name)}`,
    limit,
    windowMs: api.windowMs,
  });
}
