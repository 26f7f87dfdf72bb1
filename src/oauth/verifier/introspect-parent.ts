import { checkFunctions, checkKeys, checkMethods, checkWhole } from "../../checks.ts";
import type { TokenryError } from "../../errors.ts";
import { exactLength } from "../../lifecycle/duration.ts";
import type { Duration } from "../../model.ts";
import { type TellOutage, tellOutage } from "../../outages.ts";
import type { Clock } from "../../ports/clock.ts";
import type { InvalidationBus } from "../../ports/invalidation-bus.ts";
import { sha256Hex } from "../../secret/digest.ts";
import type { AccessTokenClaims } from "../claims.ts";
import { checkUrl } from "../well-known.ts";
import {
  askIntrospection,
  type Introspection,
  type IntrospectionClient,
  resolveClient,
} from "./ask-introspection.ts";
import { ANYTHING, BusListener, busKeysOf } from "./bus-listener.ts";
import type { ParentCheck, ParentState } from "./parent.ts";
import { withinTime } from "./within-time.ts";

/** Options of {@link introspectParent}. */
export interface IntrospectParentOptions {
  /** The URL of the authorization server's introspection endpoint. */
  readonly endpoint: string;
  /** Must be registered there, and serve the resource (`introspects`). */
  readonly client: IntrospectionClient;
  /** How long an answer is good. Default 10 seconds. */
  readonly ttl?: Duration;
  /** The bus of the tokenry's nodes: what it tells of a token or an owner ends what is kept of them at once. Default none. */
  readonly bus?: InvalidationBus;
  /** At most this many answers are kept; whole, at least 1. Default 10,000. */
  readonly max?: number;
  /** Default: the platform's. */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
  /** An answer that takes longer is none; whole, 1 to 60,000. Default 5,000. */
  readonly timeoutMs?: number;
  /** Default: `Date`. */
  readonly clock?: Clock;
  /** Told of outages: of the endpoint, of the bus. Default: a warning of the process, for each reason once. */
  readonly onError?: (error: TokenryError) => void;
}

const KEYS: ReadonlySet<string> = new Set([
  ...["endpoint", "client", "ttl", "bus", "max", "fetch", "timeoutMs", "clock", "onError"],
]);
const MAX = 10_000;
const TIMEOUT_MS = 5000;
const LONGEST_TIMEOUT_MS = 60_000;
/** How long after a subscription has failed the next is tried. */
const PAUSE_MS = 1000;

interface Settings extends Introspection {
  readonly ttlMs: number;
  readonly max: number;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly report: TellOutage;
}

/**
 * Asks the authorization server whether the API token behind an access token still lives, and keeps the answer for `ttl`.
 *
 * How long a revoked API token's access tokens are taken: `ttl` at most, and with a `bus` until its message comes; for owners that change
 * without `ownerChanged`, the tokenry's `cache.owner` longer. Until it listens to the bus, nothing is kept. An endpoint that does not answer makes the state unknown: the call is refused as unavailable.
 *
 * Throws TypeError or RangeError that names the path of a wrong option. Source: OWN-21, R7662-07.
 *
 * @example
 * const parent = introspectParent({
 *   endpoint: "https://login.example.com/introspect",
 *   client: { id: "orders-api", secret: process.env.INTROSPECTION_TOKEN },
 * });
 * const accessTokens = accessTokenVerifier({ issuer, audience, parent });
 */
export function introspectParent(options: IntrospectParentOptions): ParentCheck {
  checkKeys(options, KEYS, "options");
  const { bus, clock = Date, fetch: own, onError } = options;
  checkFunctions({ fetch: own, onError }, "options");
  checkMethods(clock, ["now"], "options.clock");
  if (bus !== undefined) checkMethods(bus, ["publish", "subscribe"], "options.bus");
  const endpoint = checkUrl(options.endpoint, "options.endpoint");
  const parent = new IntrospectedParent(bus, {
    endpoint,
    credentials: resolveClient(options.client, endpoint),
    // Looked up with each call, for a host that replaces it later.
    fetch: own ?? ((...request) => globalThis.fetch(...request)),
    ttlMs: exactLength(options.ttl ?? { seconds: 10 }, "options.ttl"),
    max: checkWhole(options.max ?? MAX, 1, 10_000_000, "options.max"),
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
    check: (claims, token, now) => parent.check(claims, token, now),
    close: () => parent.close(),
  };
}

/** An answer, or one that is on its way: then all who ask meanwhile wait for it. */
interface Answer {
  readonly keys: readonly string[];
  readonly askedAt: number;
  readonly until: number;
  state: ParentState | Promise<ParentState>;
}

class IntrospectedParent {
  readonly #settings: Settings;
  readonly #listener: BusListener | undefined;
  /** By hash of the access token, the oldest first. */
  readonly #answers = new Map<string, Answer>();
  #triedAt = Number.NEGATIVE_INFINITY;

  constructor(bus: InvalidationBus | undefined, settings: Settings) {
    this.#settings = settings;
    this.#listener = bus && new BusListener(bus, (keys) => this.#forget(keys));
    this.#listen(settings.clock.now());
  }

  check(claims: AccessTokenClaims, token: string, now: number): ParentState | Promise<ParentState> {
    this.#listen(now);
    const key = sha256Hex(token);
    const known = this.#answers.get(key);
    // Of a clock that was set back nobody knows how long it was.
    if (known !== undefined && now >= known.askedAt && now < known.until) return known.state;
    return this.#ask({ key, claims, token, now });
  }

  async close(): Promise<void> {
    await this.#listener?.close();
    this.#answers.clear();
  }

  #ask({ key, claims, token, now }: Question): Promise<ParentState> {
    const { ttlMs, max } = this.#settings;
    const mayBeKept = this.#listener === undefined || this.#listener.isListening;
    const answer: Answer = {
      keys: busKeysOf(claims),
      askedAt: now,
      // R7662-07.
      until: Math.min(now + ttlMs, claims.exp * 1000),
      state: this.#stateOf(token, now).then((state) => {
        if (mayBeKept && state !== "unknown") answer.state = state;
        // A message that came meanwhile has taken it away, and another may be in its place.
        else if (this.#answers.get(key) === answer) this.#answers.delete(key);
        return state;
      }),
    };
    this.#answers.delete(key);
    if (this.#answers.size >= max) this.#dropOldest();
    this.#answers.set(key, answer);
    return Promise.resolve(answer.state);
  }

  async #stateOf(token: string, now: number): Promise<ParentState> {
    const { timeoutMs, report } = this.#settings;
    try {
      const isActive = await withinTime(
        (signal) => askIntrospection(this.#settings, token, { now, signal }),
        timeoutMs,
      );
      return isActive ? "lives" : "ended";
    } catch (cause) {
      report(cause, "The introspection endpoint cannot be asked.");
      return "unknown";
    }
  }

  #dropOldest(): void {
    for (const key of this.#answers.keys()) {
      this.#answers.delete(key);
      return;
    }
  }

  #forget(keys: readonly string[]): void {
    const changed = new Set(keys);
    const isAll = changed.has(ANYTHING);
    for (const [key, answer] of this.#answers) {
      if (isAll || answer.keys.some((each) => changed.has(each))) this.#answers.delete(key);
    }
  }

  #listen(now: number): void {
    const listener = this.#listener;
    if (listener === undefined || listener.isListening) return;
    if (now >= this.#triedAt && now - this.#triedAt < PAUSE_MS) return;
    this.#triedAt = now;
    listener.listen().catch((cause: unknown) => {
      this.#settings.report(cause, "The bus cannot be listened to.");
    });
  }
}

interface Question {
  readonly key: string;
  readonly claims: AccessTokenClaims;
  readonly token: string;
  readonly now: number;
}
