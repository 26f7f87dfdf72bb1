import { checkKeys, checkMethods, checkText, checkWhole } from "../../checks.ts";
import type { InvalidationBus } from "../../ports/invalidation-bus.ts";
import { answeredWithin } from "./answered-within.ts";
import { Listening, type ListeningSettings, type ListenPool } from "./postgres-bus-listening.ts";
import { payloadsOf } from "./postgres-bus-payloads.ts";

/** A pool of node-postgres (`pg`). */
export interface PostgresBusPool extends ListenPool {
  query(statement: {
    readonly text: string;
    readonly values: unknown[];
    /** After so many milliseconds without an answer the connection is given up. */
    readonly query_timeout: number;
  }): Promise<unknown>;
}

/** What {@link postgresBus} works with. */
export interface PostgresBusOptions {
  /**
   * Stays the host's: it is not ended. One of its connections is held while somebody is subscribed. Give it a `connectionTimeoutMillis`:
   * one connection that is never answered is waited for as long as the pool does.
   */
  readonly pool: PostgresBusPool;
  /** The same for all nodes: 1 to 63 letters, digits, `_`, `$` or `-`. Default `tokenry`. */
  readonly channel?: string | undefined;
  /** How often the connection that listens is asked whether it is there; whole, 10 to 3,600,000. Default 5,000. */
  readonly heartbeatMs?: number | undefined;
  /** What PostgreSQL does not answer within so many milliseconds is lost; whole, 1 to 60,000. Default 1,000. */
  readonly timeoutMs?: number | undefined;
}

const OPTIONS: ReadonlySet<string> = new Set(["pool", "channel", "heartbeatMs", "timeoutMs"]);

const LONGEST_CHANNEL = 63;
const HEARTBEAT_MS = 5000;
const SHORTEST_HEARTBEAT_MS = 10;
const LONGEST_HEARTBEAT_MS = 3_600_000;
const TIMEOUT_MS = 1000;
const LONGEST_TIMEOUT_MS = 60_000;

/**
 * A bus over `listen` and `notify` of PostgreSQL, for nodes that share a database and have no Redis.
 *
 * While the connection that listens is lost, messages are: handlers are told `"*"` when that is known, which is at once where the connection
 * ends and after `heartbeatMs` and `timeoutMs` where it falls silent, and again when messages flow anew. Tries to connect are at most a
 * second apart. When PostgreSQL is out of reach, `subscribe` resolves after the first try, and the handler is told `"*"` when it is back.
 * `publish` then rejects.
 *
 * Needs sessions: it does not work through PgBouncer's pooling of transactions or statements, nor on a standby. Neither a subscription nor
 * its connection keeps the process alive.
 *
 * @throws TypeError or RangeError that names the path of a wrong option.
 *
 * @example
 * const bus = postgresBus({ pool });
 * const tokens = createTokenry({ bus, cache: { ttl: { minutes: 1 } }, … });
 */
export function postgresBus(options: PostgresBusOptions): InvalidationBus {
  checkKeys(options, OPTIONS, "options");
  const { pool, channel = "tokenry" } = options;
  const { heartbeatMs = HEARTBEAT_MS, timeoutMs = TIMEOUT_MS } = options;
  checkMethods(pool, ["connect", "query"], "options.pool");
  if (!/^[\w$-]+$/.test(checkText(channel, LONGEST_CHANNEL, "options.channel")))
    throw new RangeError("options.channel must be letters, digits, _, $ or -");
  checkWhole(heartbeatMs, SHORTEST_HEARTBEAT_MS, LONGEST_HEARTBEAT_MS, "options.heartbeatMs");
  checkWhole(timeoutMs, 1, LONGEST_TIMEOUT_MS, "options.timeoutMs");
  const bus = new PostgresBus(pool, { channel, heartbeatMs, timeoutMs });
  return {
    publish: (keys) => bus.publish(keys),
    subscribe: (handler) => bus.subscribe(handler),
  };
}

type Handler = Parameters<InvalidationBus["subscribe"]>[0];

/** One statement for all payloads: all of them are delivered, or none. */
const NOTIFY = "select pg_notify($1, payload) from unnest($2::text[]) as payload";

class PostgresBus {
  readonly #pool: PostgresBusPool;
  readonly #settings: ListeningSettings;
  /** An object for each subscription: one handler may subscribe twice. */
  readonly #subscriptions = new Set<{ readonly handler: Handler }>();
  #listening: Listening | undefined;

  constructor(pool: PostgresBusPool, settings: ListeningSettings) {
    this.#pool = pool;
    this.#settings = settings;
  }

  async publish(keys: readonly string[]): Promise<void> {
    if (keys.length === 0) return;
    const { channel, timeoutMs } = this.#settings;
    const values = [channel, payloadsOf(keys)];
    const statement = { text: NOTIFY, values, query_timeout: timeoutMs };
    await answeredWithin(this.#pool.query(statement), timeoutMs);
  }

  async subscribe(handler: Handler): Promise<() => Promise<void>> {
    const subscription = { handler };
    this.#subscriptions.add(subscription);
    this.#listening ??= new Listening(this.#pool, this.#settings, (keys) => this.#tell(keys));
    await this.#listening.tried();
    return async () => {
      this.#subscriptions.delete(subscription);
      if (this.#subscriptions.size > 0) return;
      const listening = this.#listening;
      this.#listening = undefined;
      await listening?.end();
    };
  }

  #tell(keys: readonly string[]): void {
    for (const subscription of [...this.#subscriptions]) {
      if (this.#subscriptions.has(subscription)) deliver(subscription.handler, keys);
    }
  }
}

function deliver(handler: Handler, keys: readonly string[]): void {
  try {
    handler(keys);
  } catch {
    // A handler that throws breaks the port's contract; the others must still hear, or they would keep serving a revoked token.
  }
}
