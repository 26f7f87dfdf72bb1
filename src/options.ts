import { STANDARD_METHODS } from "./access/level.ts";
import { isMethod } from "./access/normalize.ts";
import {
  checkKeys,
  checkList,
  checkMethods,
  checkObject,
  checkOneOf,
  checkText,
  checkWhole,
  quoted,
} from "./checks.ts";
import type { TokenryError } from "./errors.ts";
import {
  type DeliveryOptions,
  type ResolvedDelivery,
  resolveDelivery,
} from "./lifecycle/delivery.ts";
import { exactLength, validateDuration } from "./lifecycle/duration.ts";
import { type ResolvedKind, resolveKind } from "./lifecycle/kind.ts";
import type { Api, Duration, TokenKind } from "./model.ts";
import type { BudgetStore } from "./ports/budget-store.ts";
import type { Clock } from "./ports/clock.ts";
import type { Directory } from "./ports/directory.ts";
import type { InvalidationBus } from "./ports/invalidation-bus.ts";
import type { Notifier } from "./ports/notifier.ts";
import type { Observer } from "./ports/observer.ts";
import type { Repository } from "./ports/repository.ts";
import type { Pepper } from "./secret/keyring.ts";

/** What a node may keep in its memory, and for how long. */
export interface CacheOptions {
  /** How long a token may be answered from memory. Absent: every verify reads the repository. Also the bound on a revocation's reach. */
  readonly ttl?: Duration;
  /** The most tokens kept. Default 100,000. */
  readonly max?: number;
  /** How long the directory's answer about an owner is kept. Default 5 seconds; `false`: ask at every verify. */
  readonly owner?: Duration | false;
}

/** The options of `createTokenry`. */
export interface TokenryOptions<
  Kind extends string = string,
  ApiName extends string = string,
  Profile = unknown,
> {
  /** At least one. */
  readonly kinds: { readonly [K in Kind]: TokenKind };
  /** At least one. */
  readonly apis: { readonly [A in ApiName]: Api };
  readonly directory: Directory<Profile>;
  /** Default: in memory. */
  readonly repository?: Repository;
  /** Default: in memory, so per process. */
  readonly budgets?: BudgetStore;
  /** Who delivers notices. Absent: events are kept, none is marked for delivery. */
  readonly notifier?: Notifier;
  readonly delivery?: DeliveryOptions;
  /** How long the audit trail is kept; `jobs.prune` deletes what is older. Default: for ever. */
  readonly keepEvents?: Duration;
  /**
   * Keys for HMAC over secrets: the first makes new hashes, all verify. Absent: plain SHA-256. Decide before the first token is issued:
   * once there are peppers, secrets that were hashed without one open nothing.
   */
  readonly peppers?: readonly Pepper[];
  readonly cache?: CacheOptions;
  readonly bus?: InvalidationBus;
  /** Default: `Date.now`. */
  readonly clock?: Clock;
  /** Told of every outage and of every failure in the background. Default: a warning of the process, for each reason once. Must not throw. */
  readonly onError?: (error: TokenryError) => void;
  /** Is told of verdicts, operations and what goes on behind them. Absent: nothing is measured. `otelObserver` of tokenry/otel is one. */
  readonly observer?: Observer;
}

/** An API after its checks. */
export interface ResolvedApi {
  readonly name: string;
  /** Its place among the APIs. */
  readonly index: number;
  readonly limit: number;
  readonly windowMs: number;
  readonly methods: ReadonlySet<string>;
}

/** The checked parts of the options that are data. */
export interface ResolvedRules {
  readonly kinds: ReadonlyMap<string, ResolvedKind>;
  readonly apis: ReadonlyMap<string, ResolvedApi>;
  readonly peppers: readonly Pepper[];
  readonly tokenTtlMs: number | undefined;
  readonly tokenMax: number;
  readonly ownerTtlMs: number;
  readonly delivery: ResolvedDelivery;
  readonly keepEvents: Duration | undefined;
}

const KEYS: ReadonlySet<string> = new Set([
  "kinds",
  "apis",
  "directory",
  "repository",
  "budgets",
  "notifier",
  "delivery",
  "keepEvents",
  "peppers",
  "cache",
  "bus",
  "clock",
  "onError",
  "observer",
]);

const OBSERVER_METHODS = [
  "verified",
  "performed",
  "flushed",
  "lookedUp",
  "failed",
  "refused",
] as const satisfies readonly (keyof Observer)[];

const REPOSITORY_METHODS = [
  "commit",
  "touch",
  "findByHash",
  "findById",
  "listByOwner",
  "expiredBefore",
  "expiringBetween",
  "zones",
  "events",
  "claimNotices",
  "settleNotices",
  "parkedNotices",
  "retryNotices",
  "pruneEvents",
] as const;

/** 112 bits is the least that NIST-04 allows; keys come in whole 16s. */
const LEAST_PEPPER_BYTES = 16;

/**
 * Checks the options once and copies what is data; later changes to the caller's objects have no effect.
 *
 * @throws TypeError or RangeError that names the path.
 */
export function resolveRules(options: TokenryOptions): ResolvedRules {
  checkKeys(options, KEYS, "options");
  checkPorts(options);
  const peppers = resolvePeppers(options.peppers);
  const kinds = resolveKinds(options.kinds);
  for (const kind of kinds.values()) {
    if (kind.confirmRotation && peppers.length === 0) {
      throw new TypeError(
        `kinds.${kind.name}.confirmRotation needs peppers: the code of the link is derived from one`,
      );
    }
  }
  return {
    ...{ kinds, apis: resolveApis(options.apis), peppers },
    ...resolveCache(options.cache ?? {}),
    delivery: resolveDelivery(options.delivery ?? {}, "delivery"),
    keepEvents:
      options.keepEvents === undefined
        ? undefined
        : validateDuration(options.keepEvents, "keepEvents"),
  };
}

function checkPorts({
  directory,
  repository,
  budgets,
  notifier,
  bus,
  clock,
  onError,
  observer,
}: TokenryOptions): void {
  checkMethods(directory, ["find"], "directory");
  if (repository !== undefined) checkMethods(repository, REPOSITORY_METHODS, "repository");
  if (budgets !== undefined) checkBudgets(budgets);
  if (notifier !== undefined) checkNotifier(notifier);
  if (bus !== undefined) checkMethods(bus, ["publish", "subscribe"], "bus");
  if (clock !== undefined) checkMethods(clock, ["now"], "clock");
  if (onError !== undefined && typeof onError !== "function")
    throw new TypeError("onError must be a function");
  if (observer !== undefined) checkObserver(observer);
}

function checkNotifier(notifier: Notifier): void {
  checkMethods(notifier, ["deliver"], "notifier");
  const { channels } = notifier;
  if (channels === undefined) return;
  checkList(channels, "notifier.channels").forEach((channel, index) => {
    checkText(channel, 64, `notifier.channels[${index}]`);
  });
  if (channels.length === 0) throw new RangeError("notifier.channels must not be empty");
  if (new Set(channels).size < channels.length)
    throw new RangeError("notifier.channels must be unique");
}

function checkObserver(observer: Observer): void {
  checkObject(observer, "observer");
  const present = OBSERVER_METHODS.filter((method) => observer[method] !== undefined);
  checkMethods(observer, present, "observer");
}

function checkBudgets(budgets: BudgetStore): void {
  checkMethods(budgets, ["take"], "budgets");
  if (budgets.onOutage !== undefined)
    checkOneOf(budgets.onOutage, ["deny", "allow", "local"], "budgets.onOutage");
}

function resolveKinds(kinds: TokenryOptions["kinds"]): ReadonlyMap<string, ResolvedKind> {
  const entries = namedEntries(kinds, "kinds").map(
    ([name, kind]) => [name, resolveKind(name, kind, `kinds.${name}`)] as const,
  );
  const owners = new Map<string, string>();
  for (const [name, kind] of entries) {
    for (const prefix of [kind.prefix, ...kind.formerPrefixes]) {
      const other = owners.get(prefix);
      if (other !== undefined)
        throw new RangeError(
          `kinds.${name}.prefix must be unique: ${quoted(prefix)} is one of kinds.${other}`,
        );
      owners.set(prefix, name);
    }
  }
  return new Map(entries);
}

function resolveApis(apis: TokenryOptions["apis"]): ReadonlyMap<string, ResolvedApi> {
  return new Map(
    namedEntries(apis, "apis").map(([name, api], index) => [name, resolveApi(name, api, index)]),
  );
}

const API_KEYS: ReadonlySet<string> = new Set(["limit", "window", "methods"]);

function resolveApi(name: string, api: Api, index: number): ResolvedApi {
  const path = `apis.${name}`;
  checkKeys(api, API_KEYS, path);
  const windowMs = exactLength(api.window, `${path}.window`);
  const methods = checkList(api.methods ?? STANDARD_METHODS, `${path}.methods`);
  for (const method of methods) {
    if (typeof method !== "string") throw new TypeError(`${path}.methods must hold strings`);
    if (!isMethod(method))
      throw new RangeError(`${path}.methods: ${quoted(method)} is no HTTP method`);
  }
  if (methods.length === 0) throw new RangeError(`${path}.methods must not be empty`);
  const limit = checkWhole(api.limit, 1, Number.MAX_SAFE_INTEGER, `${path}.limit`);
  return Object.freeze({ name, index, limit, windowMs, methods: new Set(methods) });
}

function namedEntries<Value>(
  record: { readonly [name: string]: Value },
  path: string,
): [string, Value][] {
  checkObject(record, path);
  const entries = Object.entries<Value>(record);
  if (entries.length === 0) throw new TypeError(`${path} must hold at least one`);
  for (const [name] of entries) checkText(name, 64, `${path}: a name`);
  return entries;
}

function resolvePeppers(peppers: TokenryOptions["peppers"]): readonly Pepper[] {
  const ids = new Set<string>();
  return checkList(peppers, "peppers").map((pepper, index) => {
    const path = `peppers[${index}]`;
    checkObject(pepper, path);
    const id = checkText(pepper.id, 64, `${path}.id`);
    if (ids.has(id)) throw new RangeError(`${path}.id must be unique`);
    ids.add(id);
    const { key } = pepper;
    if (typeof key !== "string" && !(key instanceof Uint8Array))
      throw new TypeError(`${path}.key must be a string or a Uint8Array`);
    if (key.length < LEAST_PEPPER_BYTES)
      throw new RangeError(`${path}.key must be at least ${LEAST_PEPPER_BYTES} bytes`);
    return { id, key };
  });
}

const CACHE_KEYS: ReadonlySet<string> = new Set(["ttl", "max", "owner"]);

function resolveCache(
  cache: CacheOptions,
): Pick<ResolvedRules, "tokenTtlMs" | "tokenMax" | "ownerTtlMs"> {
  checkKeys(cache, CACHE_KEYS, "cache");
  return {
    tokenTtlMs: cache.ttl === undefined ? undefined : exactLength(cache.ttl, "cache.ttl"),
    tokenMax: checkWhole(cache.max ?? 100_000, 1, 100_000_000, "cache.max"),
    ownerTtlMs:
      cache.owner === false ? 0 : exactLength(cache.owner ?? { seconds: 5 }, "cache.owner"),
  };
}
