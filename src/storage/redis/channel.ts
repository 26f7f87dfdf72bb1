import { ACCEPTED, hasMethods, isCluster } from "./client-shape.ts";

/** What both families' clients tell of their connection. */
export interface Emitter {
  on(event: string, listener: (...values: readonly string[]) => void): unknown;
  off(event: string, listener: (...values: readonly string[]) => void): unknown;
}

/** A subscriber of the family of ioredis: ioredis, iovalkey, and the `Cluster` of each. */
export interface IoredisSubscriber extends Emitter {
  subscribe(channel: string): PromiseLike<unknown>;
  unsubscribe(channel: string): PromiseLike<unknown>;
  psubscribe(pattern: string): PromiseLike<unknown>;
}

/** A subscriber of node-redis: of `createClient` or `createCluster`. */
export interface NodeRedisSubscriber extends Emitter {
  subscribe(channel: string, listener: Listener): PromiseLike<unknown>;
  unsubscribe(channel: string, listener: Listener): PromiseLike<unknown>;
  pSubscribe(pattern: string, listener: Listener): PromiseLike<unknown>;
}

/** Text, or bytes: the types of node-redis leave both open. */
type Listener = (message: unknown) => void;

/** A client that can subscribe to a channel. */
export type RedisSubscriber = IoredisSubscriber | NodeRedisSubscriber;

/** A channel, as a subscriber of either family has it. */
export interface Channel {
  /**
   * Resolves when the server has acknowledged it; of a client of node-redis that has subscribed before, at once: it does so again by itself
   * before it says that it is ready.
   */
  subscribe(): Promise<unknown>;
  unsubscribe(): Promise<unknown>;
  /** The connection that the messages come over now; of a cluster it is one of its nodes', and another one from time to time. */
  carrier(): Emitter | undefined;
}

/** Makes a channel of a name. Who listens is told from `subscribe` to `unsubscribe`. */
export type OpenChannel = (name: string, onMessage: (message: string) => void) => Channel;

/** Recognises a subscriber by its shape. Throws TypeError for what is none. */
export function channelsOf(client: unknown): OpenChannel {
  if (isIoredis(client)) return (name, onMessage) => ioredisChannel(client, name, onMessage);
  if (isSentinel(client)) {
    throw new TypeError(
      "options.subscriber must not be a sentinel client of node-redis: it does not tell when it loses its subscription",
    );
  }
  if (isNodeRedis(client)) return (name, onMessage) => nodeRedisChannel(client, name, onMessage);
  throw new TypeError(`options.subscriber must be ${ACCEPTED}`);
}

const METHODS = ["subscribe", "unsubscribe", "on", "off"];

function isIoredis(client: unknown): client is IoredisSubscriber {
  return hasMethods(client, [...METHODS, "psubscribe"]);
}

function isNodeRedis(client: unknown): client is NodeRedisSubscriber {
  return hasMethods(client, [...METHODS, "pSubscribe"]);
}

/** It subscribes over a connection that it neither shows nor tells of: its gaps would stay unknown. */
function isSentinel(client: unknown): boolean {
  return hasMethods(client, ["getSentinelNode"]);
}

function ioredisChannel(
  client: IoredisSubscriber,
  name: string,
  onMessage: (message: string) => void,
): Channel {
  const listener = (channel = "", message = ""): void => {
    if (channel === name) onMessage(message);
  };
  client.on("message", listener);
  return {
    subscribe: async () => client.subscribe(name),
    async unsubscribe() {
      client.off("message", listener);
      await client.unsubscribe(name);
    },
    carrier: () => (isCluster(client) ? ioredisCarrier(client) : client),
  };
}

/** What a `Cluster` of ioredis subscribes over: it tells nobody that this was lost, nor that it has taken another. */
function ioredisCarrier(cluster: object): Emitter | undefined {
  const subscriber: unknown = Reflect.get(cluster, "subscriber");
  if (!hasMethods(subscriber, ["getInstance"])) return undefined;
  const getInstance: () => unknown = Reflect.get(subscriber, "getInstance");
  return emitterOrNone(getInstance.call(subscriber));
}

function nodeRedisChannel(
  client: NodeRedisSubscriber,
  name: string,
  onMessage: (message: string) => void,
): Channel {
  const listener: Listener = (message) => onMessage(String(message));
  return {
    subscribe: async () => client.subscribe(name, listener),
    unsubscribe: async () => client.unsubscribe(name, listener),
    carrier: () => (isCluster(client) ? nodeRedisCarrier(client) : client),
  };
}

/** The present connection for subscriptions, which a cluster client of node-redis shows. */
function nodeRedisCarrier(cluster: object): Emitter | undefined {
  const node: unknown = Reflect.get(cluster, "pubSubNode");
  return typeof node === "object" && node !== null
    ? emitterOrNone(Reflect.get(node, "client"))
    : undefined;
}

/** A version of a client that keeps something else there is like one that shows nothing: the silence tells in the end. */
function emitterOrNone(value: unknown): Emitter | undefined {
  return isEmitter(value) ? value : undefined;
}

function isEmitter(value: unknown): value is Emitter {
  return hasMethods(value, ["on", "off"]);
}
