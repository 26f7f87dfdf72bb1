import {
  type Api,
  type CacheOptions,
  type Clock,
  type Duration,
  manyChoice,
  manySliding,
  primaryBackup,
  type TokenKind,
} from "../../../src/index.ts";

/**
 * The processes share one clock, which runs so much faster than the world's: a use is due to be noted again after a second. In return a
 * sliding token that nobody uses ends after half a day.
 */
export const SPEED = 60;

/** What the shared clock says when it starts. */
export const EPOCH: number = Date.UTC(2026, 10, 22, 12);

/** How long a node with a cache may answer as before: twelve seconds of the shared clock. */
export const CACHE: CacheOptions = { ttl: { seconds: 12 }, owner: { seconds: 12 } };

/** The same in milliseconds of the world. */
export const CACHE_MS: number = 12_000 / SPEED;

export const ACCOUNT = "acme";

/** Each of the processes has an owner of its own, whom nobody else disables. */
export const ownerOf = (process: number): string => `owner ${process}`;

/** How long the backup of a pair lives, and a token whose life is shortened, in milliseconds of the shared clock. */
export const BACKUP_MS = 18_000;
export const SHORT_LIFE: Duration = { seconds: 6 };

export type KindName = "chosen" | "sliding" | "pair";

/** One kind that is used up by time, one that lives by its use, and one that does so until it steps down. */
export const KINDS: Readonly<Record<KindName, TokenKind>> = {
  chosen: manyChoice({
    prefix: "acme_app",
    issuedBy: "owner",
    expiry: { type: "choice", options: [SHORT_LIFE, { days: 90 }], default: { days: 90 } },
  }),
  sliding: manySliding({ prefix: "acme_svc", access: "granted", replacement: "regenerate" }),
  pair: primaryBackup({
    prefix: "acme_web",
    confirmRotation: false,
    access: "granted",
    expiry: { type: "sliding", unusedFor: { days: 30 } },
    backupFor: { seconds: BACKUP_MS / 1000 },
  }),
};

export const APIS: Readonly<Record<"orders", Api>> = {
  orders: { limit: 1_000_000_000, window: { minutes: 1 } },
};

/** The calls that are made come from one address, and differ in their method. */
export const ADDRESS = "203.0.113.7";
export const METHODS: readonly ["GET", "POST"] = ["GET", "POST"];

/** The shared clock at a time of the stopwatch. */
export const sharedTime = (elapsedMs: number): number => EPOCH + elapsedMs * SPEED;

export function sharedClock(elapsedMs: () => number): Clock {
  return { now: () => Math.floor(sharedTime(elapsedMs())) };
}
