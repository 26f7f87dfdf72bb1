import { EventEmitter } from "node:events";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type PostgresBusPool, postgresBus } from "../../../src/storage/sql/postgres-bus.ts";

/** A client that answers at once, or as it is told. */
class FakeClient extends EventEmitter {
  readonly asked: string[] = [];
  readonly released: (boolean | undefined)[] = [];
  answer: (text: string) => Promise<unknown> = async () => {};

  query(text: string): Promise<unknown> {
    this.asked.push(text);
    return this.answer(text);
  }

  release(destroy?: boolean): void {
    this.released.push(destroy);
  }
}

/** A pool that gives a new client to each who asks, or fails. */
class FakePool implements PostgresBusPool {
  readonly clients: FakeClient[] = [];
  readonly queries: Parameters<PostgresBusPool["query"]>[0][] = [];
  tries = 0;
  connect: () => Promise<FakeClient> = async () => {
    this.tries += 1;
    const client = new FakeClient();
    this.clients.push(client);
    return client;
  };

  async query(statement: Parameters<PostgresBusPool["query"]>[0]): Promise<void> {
    this.queries.push(statement);
  }
}

const silence = (): Promise<never> => new Promise(() => {});

async function failure(): Promise<never> {
  throw new Error("out of reach");
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("options", () => {
  const pool = new FakePool();
  test.each([
    [{ pool: {} }, "options.pool.connect must be a function"],
    [{ pool, channel: 1 }, "options.channel must be a string"],
    [{ pool, channel: "" }, "options.channel must not be empty"],
    [
      { pool, channel: 'a"; drop table x; --' },
      "options.channel must be letters, digits, _, $ or -",
    ],
    [{ pool, channel: "a".repeat(64) }, "options.channel must be at most 63 characters"],
    [{ pool, heartbeatMs: 9 }, "options.heartbeatMs must be a whole number from 10 to 3600000"],
    [{ pool, timeoutMs: 0 }, "options.timeoutMs must be a whole number from 1 to 60000"],
    [{ pool, timeout: 1 }, "there is no"],
  ])("refuses %o", (options: object, message) => {
    expect(() => postgresBus(options as Parameters<typeof postgresBus>[0])).toThrow(message);
  });
});

test("listens once, however many subscribe, on a channel that is quoted", async () => {
  const pool = new FakePool();
  const bus = postgresBus({ pool, channel: "My-channel" });
  await Promise.all([bus.subscribe(() => {}), bus.subscribe(() => {})]);
  await bus.subscribe(() => {});
  expect(pool.clients.map(({ asked }) => asked)).toEqual([['listen "My-channel"']]);
});

test("publishes all keys by one statement, and none by none", async () => {
  const pool = new FakePool();
  const bus = postgresBus({ pool, timeoutMs: 700 });
  await bus.publish(["token:1", "x".repeat(7000), "y".repeat(7000)]);
  await bus.publish([]);
  expect(pool.queries).toHaveLength(1);
  expect(pool.queries[0]).toMatchObject({ query_timeout: 700, values: ["tokenry", { length: 2 }] });
});

test("publishing to a pool that gives no answer rejects in time", async () => {
  const pool = new FakePool();
  pool.query = silence;
  const published = postgresBus({ pool, timeoutMs: 300 }).publish(["token:1"]);
  const rejected = expect(published).rejects.toThrow("did not answer within 300 ms");
  await vi.advanceTimersByTimeAsync(310);
  await rejected;
});

test("messages of another channel on the same connection are not ours", async () => {
  const pool = new FakePool();
  const heard: string[] = [];
  await postgresBus({ pool }).subscribe((keys) => heard.push(...keys));
  const client = pool.clients[0] as FakeClient;
  client.emit("notification", { channel: "other", payload: '["token:1"]' });
  client.emit("notification", { channel: "tokenry", payload: '["token:2"]' });
  expect(heard).toEqual(["token:2"]);
});

test("the last who unsubscribes gives the client back as it was", async () => {
  const pool = new FakePool();
  const bus = postgresBus({ pool });
  const stops = [await bus.subscribe(() => {}), await bus.subscribe(() => {})];
  for (const stop of [...stops, ...stops]) await stop();
  const [client] = pool.clients;
  expect(client?.asked).toEqual(['listen "tokenry"', 'unlisten "tokenry"']);
  expect(client?.released).toEqual([false]);
  expect(client?.eventNames()).toEqual([]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(client?.asked).toHaveLength(2);
});

test("who subscribes after all have gone listens anew", async () => {
  const pool = new FakePool();
  const bus = postgresBus({ pool });
  const stop = await bus.subscribe(() => {});
  await stop();
  await bus.subscribe(() => {});
  await stop();
  expect(pool.clients.map(({ asked }) => asked.length)).toEqual([2, 1]);
});

test("a client that does not answer when it is given back is not used again", async () => {
  const pool = new FakePool();
  const stop = await postgresBus({ pool, timeoutMs: 300 }).subscribe(() => {});
  const client = pool.clients[0] as FakeClient;
  client.answer = silence;
  const stopped = stop();
  await vi.advanceTimersByTimeAsync(310);
  await stopped;
  expect(client.released).toEqual([true]);
});

test("each heartbeat asks; one that is not answered loses the connection, and handlers are told twice", async () => {
  const pool = new FakePool();
  const heard: string[] = [];
  const bus = postgresBus({ pool, heartbeatMs: 1000, timeoutMs: 300 });
  await bus.subscribe((keys) => heard.push(...keys));
  const client = pool.clients[0] as FakeClient;
  await vi.advanceTimersByTimeAsync(3100);
  expect(client.asked.slice(1)).toEqual(["select 1", "select 1", "select 1"]);
  client.answer = silence;
  pool.connect = failure;
  await vi.advanceTimersByTimeAsync(900 + 310);
  expect(heard).toEqual(["*"]);
  expect(client.released).toEqual([true]);
  pool.connect = new FakePool().connect;
  await vi.advanceTimersByTimeAsync(1000);
  expect(heard).toEqual(["*", "*"]);
});

test.each(["error", "end"])(
  "a connection of which the %s is told is replaced soon",
  async (event) => {
    const pool = new FakePool();
    const heard: string[] = [];
    await postgresBus({ pool }).subscribe((keys) => heard.push(...keys));
    const [client] = pool.clients;
    client?.emit(event, new Error("terminated"));
    await vi.advanceTimersByTimeAsync(0);
    expect(client?.released).toEqual([true]);
    expect(heard).toEqual(["*"]);
    await vi.advanceTimersByTimeAsync(30);
    expect(pool.clients).toHaveLength(2);
    expect(heard).toEqual(["*", "*"]);
  },
);

test("connections that are lost as soon as they are there are replaced ever more slowly", async () => {
  const pool = new FakePool();
  const bus = postgresBus({ pool });
  await bus.subscribe(() => {});
  for (let lost = 0; lost < 200; lost += 1) {
    pool.clients.at(-1)?.emit("end");
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(pool.clients.length).toBeGreaterThan(20);
  expect(pool.clients.length).toBeLessThan(60);
});

test("tries to connect grow apart, to a second at most", async () => {
  const pool = new FakePool();
  const at: number[] = [];
  pool.connect = async () => {
    at.push(Date.now());
    return failure();
  };
  const stop = await postgresBus({ pool }).subscribe(() => {});
  await vi.advanceTimersByTimeAsync(20_000);
  const pauses = at.slice(1).map((time, index) => time - (at[index] as number));
  expect(pauses[0]).toBeLessThanOrEqual(50);
  expect(Math.max(...pauses)).toBeLessThanOrEqual(1001);
  for (const pauseMs of pauses.slice(6)) expect(pauseMs).toBeGreaterThanOrEqual(500);
  expect(pauses.length).toBeGreaterThan(20);
  await stop();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(at).toHaveLength(pauses.length + 1);
});

test("who subscribes while nothing answers is not kept waiting, and is told when messages flow", async () => {
  const pool = new FakePool();
  const { connect } = pool;
  pool.connect = silence;
  const heard: string[] = [];
  const subscribed = postgresBus({ pool, timeoutMs: 300 }).subscribe((keys) => heard.push(...keys));
  await vi.advanceTimersByTimeAsync(310);
  const stop = await subscribed;
  expect(heard).toEqual([]);
  await stop();
  expect(heard).toEqual([]);

  pool.connect = failure;
  await postgresBus({ pool }).subscribe((keys) => heard.push(...keys));
  pool.connect = connect;
  await vi.advanceTimersByTimeAsync(100);
  expect(heard).toEqual(["*"]);
});

test("who subscribes while the first try is slow is told when messages flow, and who waits no longer than it is not", async () => {
  const pool = new FakePool();
  pool.connect = () => new Promise((resolve) => setTimeout(resolve, 900, new FakeClient()));
  const heard: string[] = [];
  const subscribed = postgresBus({ pool, timeoutMs: 300 }).subscribe((keys) => heard.push(...keys));
  await vi.advanceTimersByTimeAsync(310);
  await subscribed;
  expect(heard).toEqual([]);
  await vi.advanceTimersByTimeAsync(600);
  expect(heard).toEqual(["*"]);

  const patient = postgresBus({ pool, timeoutMs: 1000 }).subscribe((keys) => heard.push(...keys));
  await vi.advanceTimersByTimeAsync(1100);
  await patient;
  expect(heard).toEqual(["*"]);
});

test("a message that comes with the answer to `listen` is told after what makes up for the gap", async () => {
  const pool = new FakePool();
  const heard: string[] = [];
  await postgresBus({ pool }).subscribe((keys) => heard.push(...keys));
  const connect = pool.connect;
  pool.connect = async () => {
    const client = await connect();
    client.answer = async () => {
      client.emit("notification", { channel: "tokenry", payload: '["token:1"]' });
    };
    return client;
  };
  pool.clients[0]?.emit("end");
  await vi.advanceTimersByTimeAsync(100);
  expect(heard).toEqual(["*", "*", "token:1"]);
});

test("a client that comes when all have gone is given back", async () => {
  const pool = new FakePool();
  let come: (client: FakeClient) => void = () => {};
  pool.connect = () =>
    new Promise((resolve) => {
      come = resolve;
    });
  const subscribed = postgresBus({ pool, timeoutMs: 300 }).subscribe(() => {});
  await vi.advanceTimersByTimeAsync(310);
  const stop = await subscribed;
  await stop();
  const late = new FakeClient();
  come(late);
  await vi.advanceTimersByTimeAsync(0);
  expect(late.released).toEqual([undefined]);
  expect(late.asked).toEqual([]);
});

test("a client that does not listen in time is not used again", async () => {
  const pool = new FakePool();
  const mute = new FakeClient();
  mute.answer = silence;
  const { connect } = pool;
  pool.connect = async () => mute;
  const heard: string[] = [];
  const subscribed = postgresBus({ pool, timeoutMs: 300 }).subscribe((keys) => heard.push(...keys));
  await vi.advanceTimersByTimeAsync(310);
  await subscribed;
  expect(mute.released).toEqual([true]);
  pool.connect = connect;
  await vi.advanceTimersByTimeAsync(100);
  expect(heard).toEqual(["*"]);
});
