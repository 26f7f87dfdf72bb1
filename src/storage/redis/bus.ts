import { checkKeys, checkMethods, checkText, checkWhole } from "../../checks.ts";
import type { InvalidationBus } from "../../ports/invalidation-bus.ts";
import { channelsOf, type OpenChannel, type RedisSubscriber } from "./channel.ts";
import { isCluster } from "./client-shape.ts";
import { Subscription } from "./subscription.ts";
import { checkTimeout, TimeLimit } from "./time-limit.ts";

/** A client that can publish: any of ioredis, iovalkey and node-redis. */
export interface RedisPublisher {
  publish(channel: string, message: string): PromiseLike<unknown>;
}

/** What {@link redisBus} works with. The clients stay the host's: they are neither connected nor closed. */
export interface RedisBusOptions {
  /** Of ioredis, iovalkey or node-redis. It may do other work besides. */
  readonly publisher: RedisPublisher;
  /** The same, with a connection for this bus alone: `publisher.duplicate()`. A cluster client may be the publisher itself. */
  readonly subscriber: RedisSubscriber;
  /** Default `tokenry:invalidations`. */
  readonly channel?: string;
  /** What Redis does not answer within so many milliseconds is an outage; whole, 1 to 60,000. Default 500. */
  readonly timeoutMs?: number;
  /** After so many milliseconds without a message the connection is tried; whole, 10 to 60,000. Default 5,000. */
  readonly heartbeatMs?: number;
}

const OPTIONS: ReadonlySet<string> = new Set([
  "publisher",
  "subscriber",
  "channel",
  "timeoutMs",
  "heartbeatMs",
]);

const LONGEST_CHANNEL = 200;
const SHORTEST_HEARTBEAT_MS = 10;
const LONGEST_HEARTBEAT_MS = 60_000;

/** A message without keys. It tells nothing but that it came. */
const BEAT = "[]";

/**
 * Invalidations over a channel of Redis or Valkey; on a cluster it reaches all nodes.
 *
 * Redis keeps no messages: what is published while a subscriber is not connected never reaches it. So handlers are told `"*"` as soon as
 * the connection is lost, every `heartbeatMs` while it is, and when it stands again. A connection that has died without a word is found
 * out by its silence: within `heartbeatMs`, a fifth more at most, and `timeoutMs`. A message that is none of ours counts as `"*"`.
 *
 * `publish` rejects after `timeoutMs` without an answer; a client that queues may send it later all the same. `subscribe` waits no longer
 * for a Redis that is silent: it resolves, and the handler is told `"*"` then and when the subscription stands. It rejects what Redis or
 * the client refuses. The end of the last subscription leaves no listener on the client.
 *
 * @throws TypeError or RangeError that names the path of a wrong option.
 *
 * @example
 * const redis = new Redis("redis://127.0.0.1:6379");
 * const bus = redisBus({ publisher: redis, subscriber: redis.duplicate() });
 */
export function redisBus(options: RedisBusOptions): InvalidationBus {
  checkKeys(options, OPTIONS, "options");
  const { publisher, subscriber, channel = "tokenry:invalidations", heartbeatMs = 5000 } = options;
  checkMethods(publisher, ["publish"], "options.publisher");
  const open = channelsOf(subscriber);
  if (Object.is(publisher, subscriber) && !isCluster(subscriber)) {
    throw new TypeError("options.subscriber must have a connection of its own: duplicate()");
  }
  const bus = new RedisBus({
    publisher,
    open,
    channel: checkText(channel, LONGEST_CHANNEL, "options.channel"),
    limit: new TimeLimit(checkTimeout(options.timeoutMs)),
    heartbeatMs: checkWhole(
      heartbeatMs,
      SHORTEST_HEARTBEAT_MS,
      LONGEST_HEARTBEAT_MS,
      "options.heartbeatMs",
    ),
  });
  return {
    publish: (keys) => bus.publish(keys),
    subscribe: (handler) => bus.subscribe(handler),
  };
}

interface Settings {
  readonly publisher: RedisPublisher;
  readonly open: OpenChannel;
  readonly channel: string;
  readonly limit: TimeLimit;
  readonly heartbeatMs: number;
}

type Handler = Parameters<InvalidationBus["subscribe"]>[0];

class RedisBus implements InvalidationBus {
  readonly #settings: Settings;
  /** An object for each: one handler may subscribe twice. */
  readonly #handlers = new Set<{ readonly handler: Handler }>();
  /** There while there are handlers: one for all of them. */
  #subscription: { readonly itself: Subscription; readonly started: Promise<void> } | undefined;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  async publish(keys: readonly string[]): Promise<void> {
    if (keys.length > 0) await this.#send(JSON.stringify(keys));
  }

  async subscribe(handler: Handler): Promise<() => Promise<void>> {
    const entry = { handler };
    this.#handlers.add(entry);
    this.#subscription ??= this.#start();
    try {
      await this.#subscription.started;
    } catch (cause) {
      await this.#end(entry);
      throw cause;
    }
    return () => this.#end(entry);
  }

  #start(): { itself: Subscription; started: Promise<void> } {
    const { open, channel, limit, heartbeatMs } = this.#settings;
    const itself = new Subscription({
      open: (onMessage) => open(channel, onMessage),
      onMessage: (message) => this.#tell(keysOf(message)),
      onGap: () => this.#tell(["*"]),
      beat: () => this.#send(BEAT),
      limit,
      heartbeatMs,
    });
    return { itself, started: itself.start() };
  }

  async #end(entry: { readonly handler: Handler }): Promise<void> {
    if (!this.#handlers.delete(entry) || this.#handlers.size > 0) return;
    const ended = this.#subscription;
    this.#subscription = undefined;
    await ended?.itself.close();
  }

  #send(message: string): Promise<void> {
    const { publisher, channel, limit } = this.#settings;
    const sent = async (): Promise<void> => {
      await publisher.publish(channel, message);
    };
    return limit.on(sent());
  }

  #tell(keys: readonly string[]): void {
    if (keys.length === 0) return;
    for (const entry of [...this.#handlers]) {
      if (this.#handlers.has(entry)) tellOne(entry.handler, keys);
    }
  }
}

function tellOne(handler: Handler, keys: readonly string[]): void {
  try {
    handler(keys);
  } catch {
    // A handler that throws breaks the port's contract; the others must still hear, or they would keep serving a revoked token.
  }
}

/** What cannot be understood may have been about any key. */
function keysOf(message: string): readonly string[] {
  try {
    const keys: unknown = JSON.parse(message);
    return isTexts(keys) ? keys : ["*"];
  } catch {
    return ["*"];
  }
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
