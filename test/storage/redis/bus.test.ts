import { EventEmitter } from "node:events";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { redisBus } from "../../../src/storage/redis/bus.ts";
import { FakeIoredis, FakeNodeRedisCluster, FakeRedis } from "./fake-clients.ts";

const CHANNEL = "tokenry:invalidations";
/** As far as the interval is spread, and a little more. */
const SPREAD = 1.25;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A bus over a fake Redis, and what its one handler was told. */
async function started(options: { heartbeatMs?: number; timeoutMs?: number } = {}) {
  const redis = new FakeRedis();
  const subscriber = redis.ioredis();
  const bus = redisBus({ publisher: redis.publisher, subscriber, ...options });
  const heard: string[] = [];
  const stop = await bus.subscribe((keys) => {
    heard.push(...keys);
  });
  return { redis, subscriber, bus, heard, stop };
}

const turn = () => vi.advanceTimersByTimeAsync(0);

describe("a lost connection", () => {
  test("is told once at once, and once when the subscription is acknowledged", async () => {
    const { subscriber, heard, redis } = await started();
    await subscriber.lose();
    await subscriber.lose();
    expect(heard).toEqual(["*"]);
    await redis.publisher.publish(CHANNEL, '["lost"]');
    subscriber.return();
    expect(heard).toEqual(["*"]);
    await turn();
    expect(heard).toEqual(["*", "*"]);
    await redis.publisher.publish(CHANNEL, '["heard"]');
    expect(heard).toEqual(["*", "*", "heard"]);
  });

  test.each(["close", "end", "reconnecting", "terminated"])("is known by %s", async (event) => {
    const { subscriber, heard } = await started();
    subscriber.emit(event);
    expect(heard).toEqual(["*"]);
  });

  test("ends with the first message, if that comes before the acknowledgement", async () => {
    const { subscriber, heard, redis } = await started();
    subscriber.emit("close");
    await redis.publisher.publish(CHANNEL, '["a"]');
    await redis.publisher.publish(CHANNEL, '["b"]');
    expect(heard).toEqual(["*", "*", "a", "b"]);
  });

  test("is told again and again while it lasts", async () => {
    const { redis, subscriber, heard } = await started({ heartbeatMs: 1000, timeoutMs: 100 });
    redis.silence();
    subscriber.emit("close");
    for (let minute = 1; minute <= 3; minute++) {
      await vi.advanceTimersByTimeAsync(1000 * SPREAD + 110);
      expect(heard.length).toBeGreaterThanOrEqual(1 + minute);
    }
  });

  test("is of no interest once the last has unsubscribed", async () => {
    const { subscriber, heard, stop } = await started();
    const emit = subscriber.emit.bind(subscriber);
    await stop();
    emit("close");
    emit("ready");
    emit("message", CHANNEL, '["a"]');
    await turn();
    expect(heard).toEqual([]);
    expect(subscriber.eventNames()).toEqual([]);
    await vi.advanceTimersByTimeAsync(510);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("a silent connection", () => {
  test("is tried after heartbeatMs, and left in peace when it answers", async () => {
    const { redis, heard } = await started();
    await vi.advanceTimersByTimeAsync(4999);
    expect(redis.published).toBe(0);
    await vi.advanceTimersByTimeAsync(5000 * (SPREAD - 1));
    expect(redis.published).toBe(1);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(redis.published).toBeGreaterThanOrEqual(10);
    expect(heard).toEqual([]);
  });

  test("is not tried while there are messages", async () => {
    const { redis } = await started();
    for (let second = 0; second < 60; second++) {
      await vi.advanceTimersByTimeAsync(1000);
      await redis.publisher.publish(CHANNEL, '["a"]');
    }
    expect(redis.published).toBe(60);
  });

  test("is lost when it does not answer in time, and stands when it does", async () => {
    const { redis, heard } = await started({ heartbeatMs: 1000, timeoutMs: 100 });
    redis.silence();
    await vi.advanceTimersByTimeAsync(1000 * SPREAD + 110);
    expect(heard).toEqual(["*"]);
    redis.speak();
    await vi.advanceTimersByTimeAsync(1000 * SPREAD + 110);
    expect(heard).toEqual(["*", "*"]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(heard).toEqual(["*", "*"]);
  });

  test("that somebody has unsubscribed is found out, and made again", async () => {
    const { subscriber, heard, bus } = await started({ heartbeatMs: 1000, timeoutMs: 100 });
    await subscriber.unsubscribe(CHANNEL);
    await vi.advanceTimersByTimeAsync(1000 * SPREAD + 110);
    expect(heard).toEqual(["*"]);
    await vi.advanceTimersByTimeAsync(1000 * SPREAD + 110);
    await bus.publish(["a"]);
    expect(heard).toEqual(["*", "*", "a"]);
  });

  test("many processes on a channel send about as many heartbeats as one", async () => {
    const redis = new FakeRedis();
    redis.delayMs = 1;
    for (let node = 0; node < 20; node++) {
      const bus = redisBus({ publisher: redis.publisher, subscriber: redis.ioredis() });
      await bus.subscribe(() => {});
    }
    await vi.advanceTimersByTimeAsync(100_000);
    expect(redis.published).toBeGreaterThanOrEqual(16);
    expect(redis.published).toBeLessThanOrEqual(24);
  });
});

describe("to subscribe", () => {
  test("to a Redis that is silent resolves after timeoutMs, as a gap", async () => {
    const redis = new FakeRedis();
    redis.silence();
    const bus = redisBus({ publisher: redis.publisher, subscriber: redis.ioredis() });
    const heard: string[] = [];
    let isDone = false;
    void bus
      .subscribe((keys) => heard.push(...keys))
      .then(() => {
        isDone = true;
      });
    await vi.advanceTimersByTimeAsync(499);
    expect(isDone).toBe(false);
    await vi.advanceTimersByTimeAsync(10);
    expect(isDone).toBe(true);
    expect(heard).toEqual(["*"]);
    redis.speak();
    await turn();
    expect(heard).toEqual(["*", "*"]);
  });

  test("is refused as Redis refuses, for all who wait, and can be tried again", async () => {
    const redis = new FakeRedis();
    const subscriber = redis.ioredis();
    const refusal = new Error("NOPERM this user has no permissions to access the channel");
    const subscribe = vi.spyOn(subscriber, "subscribe").mockRejectedValueOnce(refusal);
    const bus = redisBus({ publisher: redis.publisher, subscriber });
    const both = await Promise.allSettled([bus.subscribe(() => {}), bus.subscribe(() => {})]);
    expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(subscriber.eventNames()).toEqual([]);
    await bus.subscribe(() => {});
    expect(subscribe).toHaveBeenCalledTimes(2);
  });

  test("resolves where the client has no connection yet: a gap, as after a loss", async () => {
    const redis = new FakeRedis();
    const subscriber = redis.ioredis();
    const offline = new Error("Stream isn't writeable and enableOfflineQueue options is false");
    vi.spyOn(subscriber, "subscribe").mockRejectedValueOnce(offline);
    const heard: string[] = [];
    const bus = redisBus({ publisher: redis.publisher, subscriber });
    const stop = await bus.subscribe((keys) => heard.push(...keys));
    expect(heard).toEqual(["*"]);
    await stop();
  });

  test("many is one subscription of the client", async () => {
    const { bus, subscriber } = await started();
    await Promise.all([1, 2, 3].map(() => bus.subscribe(() => {})));
    expect(subscriber.subscribed).toBe(1);
  });
});

describe("to publish", () => {
  test("rejects after timeoutMs without an answer", async () => {
    const { bus, redis } = await started({ timeoutMs: 200 });
    redis.silence();
    let failure: unknown;
    bus.publish(["a"]).catch((cause: unknown) => {
      failure = cause;
    });
    await vi.advanceTimersByTimeAsync(199);
    expect(failure).toBeUndefined();
    await vi.advanceTimersByTimeAsync(10);
    expect(failure).toMatchObject({ message: "Redis did not answer within 200 ms" });
  });

  test("rejects what the client rejects or throws", async () => {
    const redis = new FakeRedis();
    const failure = new Error("READONLY");
    const failing = [
      () => Promise.reject(failure),
      () => {
        throw failure;
      },
    ];
    for (const publish of failing) {
      const bus = redisBus({ publisher: { publish }, subscriber: redis.ioredis() });
      await expect(bus.publish(["a"])).rejects.toBe(failure);
    }
  });

  test("nothing is nothing to send", async () => {
    const { bus, redis } = await started();
    await bus.publish([]);
    expect(redis.published).toBe(0);
  });
});

describe("a message", () => {
  test.each([
    ['["a","b"]', ["a", "b"]],
    ["[]", []],
    ["", ["*"]],
    ["a", ["*"]],
    ["{}", ["*"]],
    ["null", ["*"]],
    ["[1]", ["*"]],
    ['["a",null]', ["*"]],
  ])("%s", async (message, keys) => {
    const { redis, heard } = await started();
    await redis.publisher.publish(CHANNEL, message);
    expect(heard).toEqual(keys);
  });

  test("of another channel is none", async () => {
    const { redis, heard } = await started();
    await redis.publisher.publish("another", '["a"]');
    expect(heard).toEqual([]);
  });

  test("reaches the others when a handler throws, and none that has just been unsubscribed", async () => {
    const { bus, heard } = await started();
    const told: string[] = [];
    const stops: (() => void | Promise<void>)[] = [];
    stops.push(
      await bus.subscribe(() => {
        void stops[1]?.();
        throw new Error("a handler's own mistake");
      }),
      await bus.subscribe((keys) => told.push("ended", ...keys)),
      await bus.subscribe((keys) => told.push("other", ...keys)),
    );
    await bus.publish(["a"]);
    expect([heard, told]).toEqual([["a"], ["other", "a"]]);
  });
});

describe("a cluster of the family of ioredis", () => {
  /** It tells nothing of the connection that it subscribes over, which `subscriber` holds. */
  class FakeCluster extends FakeIoredis {
    readonly isCluster = true;
    carrier: EventEmitter | null = new EventEmitter();
    readonly subscriber = { getInstance: (): EventEmitter | null => this.carrier };

    override async subscribe(channel: string): Promise<void> {
      if (this.carrier === null) throw new Error("No subscriber for the cluster");
      await super.subscribe(channel);
    }
  }

  async function startedCluster() {
    const redis = new FakeRedis();
    const cluster = new FakeCluster(redis);
    const bus = redisBus({
      publisher: Object.assign(cluster, redis.publisher),
      subscriber: cluster,
    });
    const heard: string[] = [];
    const stop = await bus.subscribe((keys) => heard.push(...keys));
    return { redis, cluster, heard, stop };
  }

  test("the connection that it subscribes over is the one that counts, whichever that is", async () => {
    const { cluster, heard, stop } = await startedCluster();
    for (let round = 1; round <= 3; round++) {
      const old = cluster.carrier;
      cluster.carrier = new EventEmitter();
      old?.emit("end");
      expect(heard).toHaveLength(2 * round - 1);
      await turn();
      expect(heard).toHaveLength(2 * round);
      expect(old?.eventNames()).toEqual([]);
    }
    await stop();
    expect(cluster.carrier?.eventNames()).toEqual([]);
  });

  test("one that is exchanged after it has told of its end", async () => {
    const { cluster, heard } = await startedCluster();
    cluster.carrier?.emit("end");
    cluster.carrier = new EventEmitter();
    await turn();
    expect(heard).toEqual(["*", "*"]);
    cluster.carrier.emit("close");
    expect(heard).toHaveLength(3);
  });

  test("one that was exchanged without a word is found out", async () => {
    const { cluster, heard } = await startedCluster();
    cluster.carrier = new EventEmitter();
    await vi.advanceTimersByTimeAsync(5000 * SPREAD);
    expect(heard).toEqual(["*", "*"]);
  });

  test("without any connection for a while", async () => {
    const { cluster, heard } = await startedCluster();
    const old = cluster.carrier;
    cluster.carrier = null;
    old?.emit("end");
    await turn();
    expect(heard).toEqual(["*"]);
    cluster.carrier = new EventEmitter();
    await vi.advanceTimersByTimeAsync(5000 * SPREAD);
    expect(heard).toEqual(["*", "*"]);
  });
});

describe("a cluster of node-redis", () => {
  test("its connection for subscriptions is the one that counts, from the moment that it is there", async () => {
    const redis = new FakeRedis();
    const cluster = new FakeNodeRedisCluster(redis);
    const bus = redisBus({ publisher: redis.publisher, subscriber: cluster });
    const heard: string[] = [];
    const stop = await bus.subscribe((keys) => heard.push(...keys));
    for (let round = 1; round <= 3; round++) {
      const { client } = cluster.pubSubNode ?? {};
      await cluster.lose();
      expect(heard).toHaveLength(2 * round - 1);
      await turn();
      expect(heard).toHaveLength(2 * round);
      expect(client?.eventNames()).toEqual([]);
    }
    await bus.publish(["a"]);
    expect(heard.at(-1)).toBe("a");
    const { client } = cluster.pubSubNode ?? {};
    await stop();
    expect(client?.eventNames()).toEqual([]);
  });
});

test("a cluster that shows no connection is followed by its acknowledgements and its silence", async () => {
  const redis = new FakeRedis();
  const cluster = Object.assign(redis.ioredis(), { isCluster: true });
  const bus = redisBus({ publisher: redis.publisher, subscriber: cluster });
  const heard: string[] = [];
  redis.silence();
  const subscribed = bus.subscribe((keys) => heard.push(...keys));
  await vi.advanceTimersByTimeAsync(510);
  await subscribed;
  redis.speak();
  await turn();
  expect(heard).toEqual(["*", "*"]);
  redis.silence();
  await vi.advanceTimersByTimeAsync(5000 * SPREAD + 510);
  expect(heard).toEqual(["*", "*", "*"]);
});

describe("options", () => {
  const redis = new FakeRedis();
  const { publisher } = redis;
  const subscriber = redis.ioredis();
  const both = () => {
    const client = Object.assign(redis.ioredis(), publisher);
    return { publisher: client, subscriber: client };
  };
  // A cast for what the types refuse: hosts in JavaScript have none.
  const made = (options: unknown) => () => redisBus(options as never);

  test.each([
    ["nothing", undefined, TypeError, "options must be an object"],
    ["no publisher", { subscriber }, TypeError, "options.publisher must be an object"],
    ["a publisher that is none", { publisher: {}, subscriber }, TypeError, "options.publisher"],
    ["no subscriber", { publisher }, TypeError, "options.subscriber must be a client of ioredis"],
    [
      "a subscriber that is none",
      { publisher, subscriber: publisher },
      TypeError,
      "options.subscriber",
    ],
    [
      "a sentinel client of node-redis, which tells no gaps",
      {
        publisher,
        subscriber: Object.assign(new FakeNodeRedisCluster(redis), { getSentinelNode: () => {} }),
      },
      TypeError,
      "options.subscriber must not be a sentinel client",
    ],
    ["another option", { publisher, subscriber, client: 1 }, TypeError, 'there is no "client"'],
    ["no channel", { publisher, subscriber, channel: "" }, RangeError, "options.channel"],
    ["no time", { publisher, subscriber, timeoutMs: 0 }, RangeError, "options.timeoutMs"],
    ["no interval", { publisher, subscriber, heartbeatMs: 9 }, RangeError, "options.heartbeatMs"],
    ["one connection for both", both(), TypeError, "options.subscriber must have a connection of"],
  ])("%s", (_name, options, type, message) => {
    expect(made(options)).toThrow(type);
    expect(made(options)).toThrow(message);
  });
});
