import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { redisBudgets } from "../../../src/storage/redis/budgets.ts";
import { scriptName } from "../../../src/storage/redis/script-name.ts";
import { TAKE_SCRIPT } from "../../../src/storage/redis/take-script.ts";
import { type Answer, fakeScripts, unspent } from "./fake-clients.ts";

const bucket = (key: string, limit = 10, windowMs = 60_000) => ({ key, limit, windowMs });
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

test("the script's name is the hash that Redis gives it", () => {
  expect(scriptName(TAKE_SCRIPT)).toBe(createHash("sha1").update(TAKE_SCRIPT).digest("hex"));
});

describe("what travels to Redis", () => {
  test("the keys once, and of each take its time, cost and buckets", async () => {
    const { client, runs } = fakeScripts();
    const budgets = redisBudgets({ client, prefix: "p:", clock: "caller" });
    await Promise.all([
      budgets.take([bucket("{acme}:t1", 3), bucket("{acme}:account", 5, 1000)], 2, 100),
      budgets.take([bucket("{acme}:t2", 4), bucket("{acme}:account", 6, 1000)], 1, 101.5),
    ]);
    expect(runs).toEqual([
      {
        by: "name",
        keys: ["p:{acme}:t1", "p:{acme}:account", "p:{acme}:t2"],
        takes: [100, 2, 2, 1, 3, 60_000, 2, 5, 1000, 101.5, 1, 2, 3, 4, 60_000, 2, 6, 1000],
        clock: "caller",
      },
    ]);
  });

  test("a key once also where one call names it twice", async () => {
    const { client, runs } = fakeScripts();
    await redisBudgets({ client }).take([bucket("{a}", 3), bucket("{a}", 4)], 1, 0);
    expect(runs).toMatchObject([{ keys: ["tokenry:{a}"] }]);
    expect(runs[0]?.takes.slice(3)).toEqual([1, 3, 60_000, 1, 4, 60_000]);
  });

  test("the server's clock unless told otherwise, under tokenry:", async () => {
    const { client, runs } = fakeScripts();
    await redisBudgets({ client }).take([bucket("{acme}:a")], 1, 123);
    expect(runs).toMatchObject([{ keys: ["tokenry:{acme}:a"], clock: "server" }]);
    expect(runs[0]?.takes).toEqual([0, 1, 1, 1, 10, 60_000]);
  });

  test("calls of one turn together, in order, up to 128; later ones after", async () => {
    const { client, runs } = fakeScripts();
    const budgets = redisBudgets({ client });
    const take = (cost: number) => budgets.take([bucket("a", 1e9)], cost, 0);
    const first = Array.from({ length: 130 }, (_, cost) => take(cost));
    expect(runs).toHaveLength(0);
    await Promise.resolve();
    expect(runs.map(({ takes }) => takes.length / 6)).toEqual([128, 2]);
    expect(runs.flatMap(({ takes }) => takes.filter((_, index) => index % 6 === 1))).toEqual(
      Array.from({ length: 130 }, (_, cost) => cost),
    );
    await Promise.all([...first, nextTurn().then(() => take(7))]);
    expect(runs).toHaveLength(3);
  });

  test("on a cluster a script for each hash tag, keys without one together", async () => {
    const { client, runs } = fakeScripts(unspent, true);
    const budgets = redisBudgets({ client, prefix: "" });
    const keys = ["{a}:1", "{b}:1", "x", "{a}:2", "y"];
    await Promise.all(keys.map((key) => budgets.take([bucket(key)], 1, 0)));
    expect(runs.map((run) => run.keys)).toEqual([["{a}:1", "{a}:2"], ["{b}:1"], ["{:}x", "{:}y"]]);
    await expect(budgets.take([bucket("{a}:1"), bucket("x")], 1, 0)).rejects.toThrow(RangeError);
  });

  test("on one server the hash tags do not matter", async () => {
    const { client, runs } = fakeScripts();
    const budgets = redisBudgets({ client });
    await Promise.all([
      budgets.take([bucket("{a}:1"), bucket("{b}:1")], 1, 0),
      budgets.take([bucket("x")], 1, 0),
    ]);
    expect(runs).toHaveLength(1);
  });

  test.each<[string, Parameters<ReturnType<typeof redisBudgets>["take"]>]>([
    ["a cost that is no number", [[bucket("a")], Number.NaN, 0]],
    ["a time that is none", [[bucket("a")], 1, Number.POSITIVE_INFINITY]],
    ["a limit that is no number", [[bucket("a", Number.NaN)], 1, 0]],
    ["an endless window", [[bucket("a", 1, Number.POSITIVE_INFINITY)], 1, 0]],
    ["no window", [[bucket("a", 1, 0)], 1, 0]],
  ])("what Redis could not count fails alone: %s", async (_name, call) => {
    const { client, runs } = fakeScripts();
    const budgets = redisBudgets({ client });
    const [wrong, right] = await Promise.allSettled([
      budgets.take(...call),
      budgets.take([bucket("b")], 1, 0),
    ]);
    expect(wrong).toMatchObject({ status: "rejected", reason: expect.any(TypeError) });
    expect(right.status).toBe("fulfilled");
    expect(runs).toMatchObject([{ keys: ["tokenry:{:}b"] }]);
  });
});

describe("what Redis answers", () => {
  const taken = (answer: Answer) => {
    const { client, runs } = fakeScripts(answer);
    const buckets = [bucket("a", 10), bucket("b", 20)];
    return { runs, taken: redisBudgets({ client }).take(buckets, 1, 0) };
  };

  test("levels from before, which become the states after", async () => {
    await expect(taken(() => "[1,8.5,3]").taken).resolves.toEqual({
      allowed: true,
      states: [
        { limit: 10, remaining: 0, windowMs: 60_000, resetMs: 57_000 },
        { limit: 20, remaining: 16, windowMs: 60_000, resetMs: 12_000 },
      ],
    });
    await expect(taken(() => "[0,9.5,3]").taken).resolves.toMatchObject({
      allowed: false,
      retryAfterMs: 3000,
    });
  });

  test("bytes are read as text", async () => {
    await expect(taken(() => Buffer.from("[1,0,0]")).taken).resolves.toMatchObject({
      allowed: true,
    });
  });

  test.each([
    ["nothing", undefined],
    ["a number", 1],
    ["an object", "{}"],
    ["too few", "[1,0]"],
    ["too many", "[1,0,0,1]"],
    ["no JSON", "OK"],
    ["a level that is none", "[1,0,null]"],
    ["a decision that does not follow: allowed", "[1,10,0]"],
    ["a decision that does not follow: refused", "[0,0,0]"],
  ])("what cannot be the script's answer is no answer: %s", async (_name, answer) => {
    await expect(taken(() => answer).taken).rejects.toThrow(Error);
  });

  test("a level that cannot be read names the key", async () => {
    await expect(taken(() => "[0,0,null]").taken).rejects.toThrow('the key "tokenry:{:}b"');
  });

  test("a script that Redis does not know is sent whole, once", async () => {
    const { runs, taken: answer } = taken((run) => {
      if (run.by === "name") throw new Error("NOSCRIPT No matching script. Please use EVAL.");
      return "[1,0,0]";
    });
    await expect(answer).resolves.toMatchObject({ allowed: true });
    expect(runs.map(({ by }) => by)).toEqual(["name", "text"]);
    expect(runs[1]?.takes).toEqual(runs[0]?.takes);
  });

  test.each([new Error("LOADING Redis is loading"), new Error("x NOSCRIPT")])(
    "any other failure is one: %s",
    async (failure) => {
      const { runs, taken: answer } = taken(() => {
        throw failure;
      });
      await expect(answer).rejects.toBe(failure);
      expect(runs).toHaveLength(1);
    },
  );
});

describe("a Redis that is silent", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test.each([
    [undefined, 500],
    [200, 200],
  ])("is an outage after timeoutMs (%s)", async (timeoutMs, bound) => {
    const { client } = fakeScripts(() => new Promise(() => {}));
    const budgets = redisBudgets({ client, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
    let outcome = "waiting";
    const takes = [1, 2].map((cost) => Promise.resolve(budgets.take([bucket("a")], cost, 0)));
    Promise.all(takes).catch((cause: unknown) => {
      outcome = String(cause);
    });
    await vi.advanceTimersByTimeAsync(bound - 1);
    expect([outcome, vi.getTimerCount()]).toEqual(["waiting", 1]);
    await vi.advanceTimersByTimeAsync(10);
    expect(outcome).toBe(`NoAnswerError: Redis did not answer within ${bound} ms`);
  });

  test("many calls have one timer, and none a while after the last answer", async () => {
    const { client } = fakeScripts();
    const budgets = redisBudgets({ client });
    for (let call = 0; call < 10; call++) {
      await budgets.take([bucket("a")], 1, 0);
      await vi.advanceTimersByTimeAsync(1);
      expect(vi.getTimerCount()).toBe(1);
    }
    await vi.advanceTimersByTimeAsync(510);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("each call has its own time", async () => {
    const { client } = fakeScripts(() => new Promise(() => {}));
    const budgets = redisBudgets({ client });
    const waitedMs: number[] = [];
    for (let call = 0; call < 3; call++) {
      const start = performance.now();
      Promise.resolve(budgets.take([bucket("a")], 1, 0)).catch(() =>
        waitedMs.push(performance.now() - start),
      );
      await vi.advanceTimersByTimeAsync(200);
    }
    await vi.advanceTimersByTimeAsync(1000);
    expect(waitedMs).toHaveLength(3);
    for (const waited of waitedMs) expect(Math.abs(waited - 500)).toBeLessThan(10);
  });
});

test("an answer that came while the process itself was busy counts", async () => {
  const { client } = fakeScripts(
    (run) => new Promise((resolve) => setImmediate(() => resolve(unspent(run)))),
  );
  const budgets = redisBudgets({ client, timeoutMs: 5 });
  const taken = budgets.take([bucket("a")], 1, 0);
  await Promise.resolve();
  const end = performance.now() + 30;
  while (performance.now() < end);
  await expect(taken).resolves.toMatchObject({ allowed: true });
});

test.each([
  ["one server", {}, 1],
  ["a cluster, known by its masters", { masters: [] }, 2],
])("a client of node-redis for %s", async (_name, shape, scripts) => {
  const { client, runs } = fakeScripts();
  type Input = { keys: string[]; arguments: string[] };
  const run = (script: string, { keys, arguments: rest }: Input) =>
    client.evalsha(script, keys.length, ...keys, ...rest);
  const budgets = redisBudgets({ client: Object.assign({ evalSha: run, eval: run }, shape) });
  await Promise.all(["{a}", "{b}"].map((key) => budgets.take([bucket(key)], 1, 0)));
  expect(runs.flatMap(({ keys }) => keys)).toEqual(["tokenry:{a}", "tokenry:{b}"]);
  expect(runs).toHaveLength(scripts);
});

describe("options", () => {
  const { client } = fakeScripts();
  // A cast for what the types refuse: hosts in JavaScript have none.
  const made = (options: unknown) => () => redisBudgets(options as never);

  test.each([
    ["nothing", undefined, TypeError, "options must be an object"],
    [
      "no client",
      {},
      TypeError,
      "options.client must be a client of ioredis, iovalkey or node-redis",
    ],
    ["a client without scripts", { client: { get() {} } }, TypeError, "options.client"],
    ["a URL", { client: "redis://127.0.0.1" }, TypeError, "options.client"],
    ["another option", { client, redis: client }, TypeError, 'there is no "redis"'],
    ["a prefix with braces", { client, prefix: "{a}" }, RangeError, "options.prefix"],
    ["a prefix that is no text", { client, prefix: 1 }, TypeError, "options.prefix"],
    ["a long prefix", { client, prefix: "p".repeat(101) }, RangeError, "options.prefix"],
    ["another clock", { client, clock: "mine" }, RangeError, "options.clock"],
    ["another policy", { client, onOutage: "panic" }, RangeError, "options.onOutage"],
    ["no time", { client, timeoutMs: 0 }, RangeError, "options.timeoutMs"],
    ["too much time", { client, timeoutMs: 60_001 }, RangeError, "options.timeoutMs"],
  ])("%s", (_name, options, type, message) => {
    expect(made(options)).toThrow(type);
    expect(made(options)).toThrow(message);
  });

  test("onOutage is local, or what was asked for", () => {
    expect(redisBudgets({ client }).onOutage).toBe("local");
    expect(redisBudgets({ client, onOutage: "deny" }).onOutage).toBe("deny");
  });
});
