import { checkFunctions, checkKeys, checkMethods, checkOneOf } from "../../checks.ts";
import type { TokenryError } from "../../errors.ts";
import { exactLength } from "../../lifecycle/duration.ts";
import type { Duration } from "../../model.ts";
import { tellOutage } from "../../outages.ts";
import type { Clock } from "../../ports/clock.ts";
import type { KeyStore } from "../../ports/key-store.ts";
import { timeOf } from "../../state/time-of.ts";
import type { RotationRules } from "./decide-rotation.ts";
import { type EncryptionKey, type EncryptionKeys, readEncryptionKeys } from "./encryption-keys.ts";
import { ALGORITHMS } from "./key-record.ts";
import type { SigningAlgorithm } from "./signing-keys.ts";

/** Options of `storedKeys`. Durations are in weeks, days, hours, minutes or seconds. */
export interface StoredKeysOptions {
  /** Where the keys are: what `memoryRepository` or `sqlRepository` made, or a store of the host's. */
  readonly store: KeyStore;
  /**
   * What the keys are encrypted under. The first encrypts, the others still decrypt; `maintain` encrypts anew under the first. To change
   * it, add the new key as the second on every node, then make it the first, and leave the old one out when all nodes have done so.
   */
  readonly encryptionKeys: readonly EncryptionKey[];
  /**
   * Of new keys. Default `RS256`, which every resource server knows (R9068-02). When it changes, the next key is replaced by one of it, and
   * the current one signs until its rotation.
   */
  readonly algorithm?: SigningAlgorithm;
  /** How long a key signs; not shorter than `publishBefore`. Default 90 days. */
  readonly rotateEvery?: Duration;
  /**
   * How long a key is published before it signs: longer than resource servers and caches keep the published keys. Also how long a node that
   * cannot reach the store goes on with the keys that it knows. Default 1 day.
   */
  readonly publishBefore?: Duration;
  /** How long a key is published after the last token that it signed: longer than an access token lives. Default 1 day. */
  readonly retainFor?: Duration;
  /** How old a node's view of the keys may be; not longer than `publishBefore`. Default 1 minute. */
  readonly refreshEvery?: Duration;
  /** Default: the system's. */
  readonly clock?: Clock;
  /** Told of what failed while known keys were good enough. Default: a warning of the process, for each reason once. */
  readonly onError?: (error: TokenryError) => void;
}

/** The checked options. */
export interface ResolvedStoredKeysOptions {
  readonly store: KeyStore;
  readonly encryptionKeys: EncryptionKeys;
  readonly rules: RotationRules;
  readonly refreshEveryMs: number;
  /** How old a view may be when the store cannot be reached. */
  readonly usableForMs: number;
  readonly now: () => number;
  /** Tells the host of a failure. Never throws. */
  readonly report: (error: TokenryError) => void;
}

const OPTIONS: ReadonlySet<string> = new Set([
  "store",
  "encryptionKeys",
  "algorithm",
  "rotateEvery",
  "publishBefore",
  "retainFor",
  "refreshEvery",
  "clock",
  "onError",
]);

/** Checks the options once. Throws TypeError or RangeError that names the path. */
export function resolveStoredKeysOptions(options: StoredKeysOptions): ResolvedStoredKeysOptions {
  checkKeys(options, OPTIONS, "options");
  const { store, clock = Date, onError } = options;
  checkMethods(store, ["signingKeys", "replaceSigningKeys"], "options.store");
  checkMethods(clock, ["now"], "options.clock");
  checkFunctions({ onError }, "options");
  const rules = rulesOf(options);
  const { publishBeforeMs } = rules;
  const refreshEvery = options.refreshEvery ?? { minutes: 1 };
  const refreshEveryMs = exactLength(refreshEvery, "options.refreshEvery");
  if (refreshEveryMs > publishBeforeMs)
    throw new RangeError("options.refreshEvery must not be longer than options.publishBefore");
  return {
    store,
    encryptionKeys: readEncryptionKeys(options.encryptionKeys, "options.encryptionKeys"),
    rules,
    refreshEveryMs,
    usableForMs: publishBeforeMs,
    now: timeOf(clock),
    report: tellOutage(onError),
  };
}

function rulesOf(options: StoredKeysOptions): RotationRules {
  const {
    rotateEvery = { days: 90 },
    publishBefore = { days: 1 },
    retainFor = { days: 1 },
  } = options;
  const algorithm = checkOneOf(options.algorithm ?? "RS256", ALGORITHMS, "options.algorithm");
  const rotateEveryMs = exactLength(rotateEvery, "options.rotateEvery");
  const publishBeforeMs = exactLength(publishBefore, "options.publishBefore");
  if (rotateEveryMs < publishBeforeMs)
    throw new RangeError("options.rotateEvery must not be shorter than options.publishBefore");
  // A node that cannot reach the store may sign with a retired key until its view is too old.
  const keepRetiredMs = exactLength(retainFor, "options.retainFor") + publishBeforeMs;
  return { algorithm, rotateEveryMs, publishBeforeMs, keepRetiredMs };
}
