import { checkFunctions, checkKeys, checkMethods, checkWhole } from "../../checks.ts";
import type { TokenryError } from "../../errors.ts";
import { exactLength } from "../../lifecycle/duration.ts";
import type { Duration } from "../../model.ts";
import { type TellOutage, tellOutage } from "../../outages.ts";
import type { Clock } from "../../ports/clock.ts";
import type { InvalidationBus } from "../../ports/invalidation-bus.ts";
import type { AccessTokenClaims } from "../claims.ts";
import { ANYTHING, BusListener, busKeysOf } from "./bus-listener.ts";
import type { ParentCheck, ParentState } from "./parent.ts";
import { withinTime } from "./within-time.ts";

/** Options of {@link watchParent}. */
export interface WatchParentOptions {
  /** The bus of the tokenry's nodes. */
  readonly bus: InvalidationBus;
  /** How far this clock may be behind the issuer's, with the time that messages take. Default 1 second. */
  readonly leeway?: Duration;
  /** How long changes are remembered: the longest life of an access token. Default 1 day. */
  readonly longestLifetime?: Duration;
  /** How often the bus is tried, by a message that must come back: what is lost without a word is found out by that. Default 5 seconds. */
  readonly heartbeat?: Duration;
  /** A message that takes longer to come back is lost; whole, 1 to 60,000. Default 1,000. */
  readonly timeoutMs?: number;
  /** Default: `Date`. */
  readonly clock?: Clock;
  /** Told of outages of the bus. Default: a warning of the process, for each reason once. */
  readonly onError?: (error: TokenryError) => void;
}

const KEYS: ReadonlySet<string> = new Set([
  ...["bus", "leeway", "longestLifetime", "heartbeat", "timeoutMs", "clock", "onError"],
]);
const TIMEOUT_MS = 1000;
const LONGEST_TIMEOUT_MS = 60_000;
/** The keys that {@link busKeysOf} makes. */
const OF_TOKENS = /^(?:token|owner|owned):/;
/** More changes than these are taken for one of everything. About 100 MB. */
const MOST_CHANGES = 1_000_000;

interface Settings {
  readonly leewayMs: number;
  readonly longestLifetimeMs: number;
  readonly heartbeatMs: number;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly report: TellOutage;
}

/**
 * Hears on the bus of the tokenry which API tokens and owners change, and asks nobody. What a change was is not heard: an access token whose
 * API token or owner was changed when it was issued or later has ended, and so has each that was issued before this began to listen or
 * before the connection to the bus was lost.
 *
 * What clients see: after any change to their API token or owner, and after a restart of this process or of the bus, one 401 for an access
 * token that is still good elsewhere; a new exchange brings one that is taken, if the API token still stands. Access tokens count from whole
 * seconds: one that is issued within `leeway` and a second after the change is refused, too.
 *
 * How long a revoked API token's access tokens are taken: until the message comes; where the connection is lost without a word, for
 * `heartbeat` and `timeoutMs`, and then the state is unknown, and calls are refused as unavailable, until messages flow again. So is a token
 * that lives longer than `longestLifetime`. A message that the node which made the change cannot send comes once it can; one that ended
 * before it sent it never does, and the access tokens live until they expire.
 *
 * Throws TypeError or RangeError that names the path of a wrong option. Source: OWN-21.
 *
 * @example
 * const parent = watchParent({ bus: redisBus({ publisher: redis, subscriber: redis.duplicate() }) });
 * const accessTokens = accessTokenVerifier({ issuer, audience, parent });
 */
export function watchParent(options: WatchParentOptions): ParentCheck {
  checkKeys(options, KEYS, "options");
  const { bus, clock = Date, onError } = options;
  checkFunctions({ onError }, "options");
  checkMethods(bus, ["publish", "subscribe"], "options.bus");
  checkMethods(clock, ["now"], "options.clock");
  const parent = new WatchedParent(bus, {
    leewayMs: exactLength(options.leeway ?? { seconds: 1 }, "options.leeway"),
    longestLifetimeMs: exactLength(
      options.longestLifetime ?? { days: 1 },
      "options.longestLifetime",
    ),
    heartbeatMs: exactLength(options.heartbeat ?? { seconds: 5 }, "options.heartbeat"),
    timeoutMs: checkWhole(
      options.timeoutMs ?? TIMEOUT_MS,
      1,
      LONGEST_TIMEOUT_MS,
      "options.timeoutMs",
    ),
    clock,
    report: tellOutage(onError),
  });
  return {
    check: (claims, _token, now) => parent.check(claims, now),
    close: () => parent.close(),
  };
}

class WatchedParent {
  readonly #bus: InvalidationBus;
  readonly #settings: Settings;
  readonly #listener: BusListener;
  /** When each key was last heard, the longest ago first. */
  readonly #changes = new Map<string, number>();
  /** When anything may have changed; later ones alone are in the map. */
  #allChangedAt = Number.POSITIVE_INFINITY;
  /** When the bus was last known to work; `undefined`: it is not. */
  #provedAt: number | undefined;
  #proving: Promise<boolean> | undefined;
  #isClosed = false;
  /** The message that is to come back, another for each try, so that none that was held up proves a later time; and who waits for it. */
  #echo = "";
  #onEcho: () => void = () => {};

  constructor(bus: InvalidationBus, settings: Settings) {
    this.#bus = bus;
    this.#settings = settings;
    this.#listener = new BusListener(bus, (keys) => this.#hear(keys));
    void this.#prove();
  }

  check(claims: AccessTokenClaims, now: number): ParentState | Promise<ParentState> {
    return this.#isProved(now) ? this.#stateOf(claims, now) : this.#stateAfterProof(claims, now);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#provedAt = undefined;
    this.#changes.clear();
    await this.#listener.close();
  }

  async #stateAfterProof(claims: AccessTokenClaims, now: number): Promise<ParentState> {
    return (await this.#prove()) ? this.#stateOf(claims, now) : "unknown";
  }

  #stateOf(claims: AccessTokenClaims, now: number): ParentState {
    const { leewayMs, longestLifetimeMs } = this.#settings;
    const issuedAtMs = claims.iat * 1000;
    if (Math.max(now, claims.exp * 1000) - issuedAtMs > longestLifetimeMs) return "unknown";
    const changes = busKeysOf(claims).map((key) => this.#changes.get(key) ?? 0);
    return Math.max(this.#allChangedAt, ...changes) >= issuedAtMs - leewayMs ? "ended" : "lives";
  }

  #hear(keys: readonly string[]): void {
    const now = this.#settings.clock.now();
    if (keys.includes(this.#echo)) this.#onEcho();
    // It may be for a connection that is lost.
    if (keys.includes(ANYTHING)) this.#provedAt = undefined;
    // Of a clock out of order nobody knows when anything was.
    if (keys.includes(ANYTHING) || !Number.isFinite(now)) {
      this.#changeAll(now);
      return;
    }
    for (const key of keys.filter((each) => OF_TOKENS.test(each))) {
      this.#changes.delete(key);
      this.#changes.set(key, now);
    }
    this.#forget(now);
  }

  #changeAll(now: number): void {
    this.#changes.clear();
    this.#allChangedAt = Number.isFinite(now) ? now : Number.POSITIVE_INFINITY;
  }

  /** Of a token as old as what is forgotten here nobody asks: it has expired, or lives too long. */
  #forget(now: number): void {
    const { leewayMs, longestLifetimeMs } = this.#settings;
    for (const [key, changedAt] of this.#changes) {
      if (now - changedAt <= longestLifetimeMs + leewayMs) break;
      this.#changes.delete(key);
    }
    if (this.#changes.size > MOST_CHANGES) this.#changeAll(now);
  }

  #isProved(now: number): boolean {
    const at = this.#provedAt;
    return at !== undefined && now >= at && now - at < this.#settings.heartbeatMs;
  }

  /** Makes sure, by a message that comes back, that messages do. All who ask meanwhile wait for the same. */
  async #prove(): Promise<boolean> {
    if (this.#isClosed) return false;
    this.#proving ??= this.#tryBus().finally(() => {
      this.#proving = undefined;
    });
    return this.#proving;
  }

  async #tryBus(): Promise<boolean> {
    const { clock, timeoutMs, report } = this.#settings;
    try {
      const now = clock.now();
      await withinTime(() => this.#listenAndHear(), timeoutMs);
      this.#provedAt = now;
      return true;
    } catch (cause) {
      report(cause, "The bus cannot be listened to.");
      return false;
    }
  }

  async #listenAndHear(): Promise<void> {
    if (!this.#listener.isListening) {
      await this.#listener.listen();
      // What came before nobody has heard.
      this.#changeAll(this.#settings.clock.now());
    }
    this.#echo = `watch:${crypto.randomUUID()}`;
    const heard = new Promise<void>((resolve) => {
      this.#onEcho = resolve;
    });
    await this.#bus.publish([this.#echo]);
    await heard;
  }
}
