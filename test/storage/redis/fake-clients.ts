import { EventEmitter } from "node:events";

/** What a script was run with. */
export interface Run {
  readonly by: "name" | "text";
  readonly keys: readonly string[];
  /** The numbers of the takes. */
  readonly takes: readonly number[];
  readonly clock: string | undefined;
}

/** What a fake Redis answers to a script. */
export type Answer = (run: Run) => unknown;

/** Allows all, of budgets that are all unspent. */
export const unspent: Answer = ({ takes }) => {
  const answer: number[] = [];
  for (let next = 0; next < takes.length; next += 3 + 3 * (takes[next + 2] ?? 0)) {
    answer.push(1, ...Array<number>(takes[next + 2] ?? 0).fill(0));
  }
  return JSON.stringify(answer);
};

type RunScript = (script: string, count: number, ...rest: readonly string[]) => Promise<unknown>;

/** A client in the manner of ioredis, and what its scripts were run with. */
export interface FakeScripts {
  readonly runs: readonly Run[];
  readonly client: { readonly isCluster: boolean; evalsha: RunScript; eval: RunScript };
}

export function fakeScripts(answer: Answer = unspent, isCluster = false): FakeScripts {
  const runs: Run[] = [];
  const run =
    (by: Run["by"]): RunScript =>
    async (_script, count, ...rest) => {
      const [takes = "[]", clock] = rest.slice(count);
      const made = { by, keys: rest.slice(0, count), takes: JSON.parse(takes), clock };
      runs.push(made);
      return answer(made);
    };
  return { runs, client: { isCluster, evalsha: run("name"), eval: run("text") } };
}

/** A Redis for pub/sub in memory. */
export class FakeRedis {
  published = 0;
  /** How long a message is on its way. */
  delayMs = 0;
  #isSilent = false;
  readonly #waiting: (() => void)[] = [];
  readonly #subscribers = new Set<(channel: string, message: string) => void>();
  readonly publisher: { publish(channel: string, message: string): Promise<number> } = {
    publish: async (channel, message) => {
      this.published++;
      await this.#answer();
      if (this.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, this.delayMs));
      for (const subscriber of this.#subscribers) subscriber(channel, message);
      return this.#subscribers.size;
    },
  };

  /** What is sent from now on arrives, in order, once it speaks again. */
  silence(): void {
    this.#isSilent = true;
  }

  speak(): void {
    this.#isSilent = false;
    for (const proceed of this.#waiting.splice(0)) proceed();
  }

  async #answer(): Promise<void> {
    if (this.#isSilent) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  ioredis(): FakeIoredis {
    return new FakeIoredis(this);
  }

  async subscribe(subscriber: (channel: string, message: string) => void): Promise<void> {
    await this.#answer();
    this.#subscribers.add(subscriber);
  }

  async unsubscribe(subscriber: (channel: string, message: string) => void): Promise<void> {
    await this.#answer();
    this.#subscribers.delete(subscriber);
  }
}

/** A subscriber in the manner of ioredis. */
export class FakeIoredis extends EventEmitter {
  readonly #redis: FakeRedis;
  /** How often it has been asked to subscribe. */
  subscribed = 0;
  readonly #deliver = (channel: string, message: string): void => {
    this.emit("message", channel, message);
  };

  constructor(redis: FakeRedis) {
    super();
    this.#redis = redis;
  }

  async subscribe(_channel: string): Promise<void> {
    this.subscribed++;
    await this.#redis.subscribe(this.#deliver);
  }

  async unsubscribe(_channel: string): Promise<void> {
    await this.#redis.unsubscribe(this.#deliver);
  }

  async psubscribe(_pattern: string): Promise<void> {}

  /** The connection is lost: nothing arrives any more. */
  async lose(): Promise<void> {
    await this.#redis.unsubscribe(this.#deliver);
    this.emit("close");
    this.emit("reconnecting");
  }

  /** It is there again, and has subscribed by itself. */
  return(): void {
    this.emit("ready");
  }
}

/** A cluster in the manner of node-redis: it makes a connection for what it subscribes to when it is asked to, and shows it. */
export class FakeNodeRedisCluster extends EventEmitter {
  readonly masters: readonly object[] = [];
  pubSubNode: { readonly client: EventEmitter } | undefined;
  readonly #redis: FakeRedis;
  #deliver: (channel: string, message: string) => void = () => {};

  constructor(redis: FakeRedis) {
    super();
    this.#redis = redis;
  }

  async subscribe(name: string, listener: (message: string) => void): Promise<void> {
    if (this.pubSubNode !== undefined) return;
    this.#deliver = (channel, message) => {
      if (channel === name) listener(message);
    };
    await this.#redis.subscribe(this.#deliver);
    this.pubSubNode = { client: new EventEmitter() };
  }

  async unsubscribe(_name: string, _listener: (message: string) => void): Promise<void> {
    await this.#redis.unsubscribe(this.#deliver);
    this.pubSubNode = undefined;
  }

  async pSubscribe(_pattern: string, _listener: (message: string) => void): Promise<void> {}

  /** The node of the connection has left the cluster. */
  async lose(): Promise<void> {
    await this.#redis.unsubscribe(this.#deliver);
    this.pubSubNode?.client.emit("end");
    this.pubSubNode = undefined;
  }
}
