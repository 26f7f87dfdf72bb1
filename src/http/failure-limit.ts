import QuickLRU from "quick-lru";
import {
  decideTake,
  levelAt,
  type Meter,
  meteredFrom,
  type Rate,
  untilNextMs,
} from "../budget/decide.ts";
import { checkKeys, checkMethods, checkWhole } from "../checks.ts";
import { exactLength } from "../lifecycle/duration.ts";
import type { Duration } from "../model.ts";
import { parseAddress } from "../network/address.ts";
import type { BudgetStore, Taken } from "../ports/budget-store.ts";

/** How many failed attempts one client address may make. */
export interface GuessingOptions {
  /** Failures at once, refilled evenly over the window; whole, at least 1. Default 30. */
  readonly limit?: number;
  /** In weeks, days, hours, minutes or seconds. Default 1 minute. */
  readonly window?: Duration;
  /**
   * Where failures are counted, so that many nodes count together: `redisBudgets`, say. Whether an address is to wait is known in memory all
   * the same: a node hears of failures elsewhere at the next one of its own. Default: each node counts by itself.
   */
  readonly store?: BudgetStore;
}

/** Counts failed attempts by client address. */
export interface FailureLimit {
  /** Milliseconds until the address may try again; 0 = it may. Answers at once, without any store. */
  waitMs(address: string | undefined): number;
  /** Counts a failed attempt. Never throws; a store is not waited for. */
  count(address: string | undefined): void;
}

const LIMIT = 30;
const WINDOW = { minutes: 1 };
/** Addresses remembered: those that have failed lately. An attacker with more than these has them all forgotten and guesses on, at 2^-190. */
const MAX_ADDRESSES = 100_000;
const KEYS: ReadonlySet<string> = new Set(["limit", "window", "store"]);

/**
 * Makes a limit on failed attempts (CORE-68, AP-2). An IPv6 client has a whole /64 to itself, so that counts as one address.
 *
 * Attempts that are on their way at the same time are counted as they fail: as many as a client has in flight may get past the limit.
 *
 * @throws TypeError or RangeError that names the path.
 */
export function createFailureLimit(options: GuessingOptions, now: () => number): FailureLimit {
  const path = "options.guessing";
  checkKeys(options, KEYS, path);
  const { store } = options;
  if (store !== undefined) checkMethods(store, ["take"], `${path}.store`);
  const windowMs = exactLength(options.window ?? WINDOW, `${path}.window`);
  const limit = checkWhole(options.limit ?? LIMIT, 1, 1_000_000, `${path}.limit`);
  const rate = { limit, windowMs };
  return store === undefined ? localLimit(rate, now) : sharedLimit(rate, now, store);
}

function localLimit(rate: Rate, now: () => number): FailureLimit {
  const meters = new QuickLRU<string, Meter>({ maxSize: MAX_ADDRESSES });
  // Of its own, as `size` counts what is there.
  let isEmpty = true;
  /** What is spent at a time, kept from that time on: a clock that was set back bars nobody until it has caught up. */
  const meterAt = (key: string, at: number): Meter | undefined => {
    const meter = meters.get(key);
    if (meter === undefined) return undefined;
    const from = Math.max(at, meteredFrom(meter, rate, at));
    const current = { at: from, level: levelAt(meter, rate, at) };
    meters.set(key, current);
    return current;
  };
  return {
    waitMs(address) {
      const key = isEmpty ? UNKNOWN : keyOf(address);
      const meter = key === UNKNOWN ? undefined : meterAt(key, now());
      if (meter === undefined) return 0;
      const decision = decideTake([meter.level], [rate], 1);
      return decision.allowed ? 0 : (decision.retryAfterMs ?? rate.windowMs);
    },
    count(address) {
      const key = keyOf(address);
      if (key === UNKNOWN) return;
      isEmpty = false;
      const at = now();
      const { at: from, level } = meterAt(key, at) ?? { at, level: 0 };
      meters.set(key, { at: from, level: Math.min(rate.limit, level + 1) });
    },
  };
}

function sharedLimit(rate: Rate, now: () => number, store: BudgetStore): FailureLimit {
  const refusedUntil = new QuickLRU<string, number>({ maxSize: MAX_ADDRESSES });
  const local = localLimit(rate, now);
  const note = (key: string, at: number, { states: [state], retryAfterMs }: Taken): void => {
    if (state === undefined || state.remaining > 0) return;
    refusedUntil.set(key, at + Math.ceil(retryAfterMs ?? untilNextMs(state)));
  };
  return {
    waitMs(address) {
      const waitMs = local.waitMs(address);
      const shared = refusedUntil.get(keyOf(address)) ?? 0;
      return Math.max(waitMs, shared - now());
    },
    count(address) {
      const key = keyOf(address);
      if (key === UNKNOWN) return;
      local.count(address);
      const at = now();
      const bucket = { key: `failures:${key}`, ...rate, memo: undefined };
      // This node counts on by itself while the store is out of reach.
      const taken = async (): Promise<void> => note(key, at, await store.take([bucket], 1, at));
      taken().catch(() => {});
    },
  };
}

const UNKNOWN = "";

/** One key for all that one client can send from. An address that is not known has none: nobody else is to pay for it. */
function keyOf(text: string | undefined): string {
  const address = text === undefined ? undefined : parseAddress(text);
  if (address === undefined) return UNKNOWN;
  const [first, second] = address;
  return second === undefined ? `${first}` : `${first}:${second}`;
}
