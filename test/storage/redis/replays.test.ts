import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { REPLAY_SCRIPT } from "../../../src/storage/redis/replay-script.ts";
import { redisReplays } from "../../../src/storage/redis/replays.ts";

/** A client in the manner of ioredis that answers a script with something, and what it was run with. */
function fakeClient(answer: (by: "name" | "text") => unknown = () => 1) {
  const runs: unknown[][] = [];
  const run =
    (by: "name" | "text") =>
    async (...given: readonly unknown[]) => {
      runs.push([by, ...given]);
      return answer(by);
    };
  return { runs, client: { evalsha: run("name"), eval: run("text") } };
}

const name = createHash("sha1").update(REPLAY_SCRIPT).digest("hex");

describe("what travels to Redis", () => {
  it("a key and its time, or none to ask for it", async () => {
    const { client, runs } = fakeClient();
    const replays = redisReplays({ client });
    expect(await replays.add("a", 60_000, 1)).toBe(true);
    expect(await replays.has("a", 1)).toBe(true);
    expect(runs).toEqual([
      ["name", name, 1, "tokenry:replays:a", "60000"],
      ["name", name, 1, "tokenry:replays:a", ""],
    ]);
  });

  it("under the prefix of the host, to a client of node-redis, too", async () => {
    const { client, runs } = fakeClient();
    const nodeRedis = { evalSha: client.evalsha, eval: client.eval };
    await redisReplays({ client: nodeRedis as never, prefix: "mine:" }).add("a", 1, 0);
    expect(runs).toEqual([["name", name, { keys: ["mine:a"], arguments: ["1"] }]]);
  });

  it("the script whole where Redis does not know it", async () => {
    const { client, runs } = fakeClient((by) => {
      if (by === "name") throw new Error("NOSCRIPT No matching script. Please use EVAL.");
      return 0;
    });
    expect(await redisReplays({ client }).add("a", 1, 0)).toBe(false);
    expect(runs.map(([by, script]) => [by, script])).toEqual([
      ["name", name],
      ["text", REPLAY_SCRIPT],
    ]);
  });

  it.each([undefined, 0, 1.5, -1, Number.NaN, "1"])("nothing for a time of %s", async (ttlMs) => {
    const { client, runs } = fakeClient();
    // A cast for what the types refuse: hosts in JavaScript have none.
    await expect(redisReplays({ client }).add("a", ttlMs as number, 0)).rejects.toThrow("ttlMs");
    expect(runs).toEqual([]);
  });
});

describe("what Redis answers", () => {
  it.each([
    [1, true],
    ["1", true],
    [Buffer.from("1"), true],
    [0, false],
    [Buffer.from("0"), false],
  ])("%s is %s", async (answer, expected) => {
    expect(await redisReplays({ client: fakeClient(() => answer).client }).add("a", 1, 0)).toBe(
      expected,
    );
  });

  it.each([undefined, null, "", "OK", 2, true])("%s is no answer", async (answer) => {
    const replays = redisReplays({ client: fakeClient(() => answer).client });
    await expect(replays.add("a", 1, 0)).rejects.toThrow(TypeError);
    await expect(replays.has("a", 0)).rejects.toThrow(TypeError);
  });

  it("an error is an outage", async () => {
    const failure = new Error("LOADING Redis is loading");
    const { client } = fakeClient(() => {
      throw failure;
    });
    await expect(redisReplays({ client }).has("a", 0)).rejects.toBe(failure);
  });
});

describe("a Redis that is silent", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each([
    [undefined, 500],
    [200, 200],
  ])("is an outage after timeoutMs (%s)", async (timeoutMs, bound) => {
    const { client } = fakeClient(() => new Promise(() => {}));
    const replays = redisReplays({ client, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
    let outcome = "waiting";
    Promise.resolve(replays.add("a", 1, 0)).catch((cause: unknown) => {
      outcome = String(cause);
    });
    await vi.advanceTimersByTimeAsync(bound - 1);
    expect(outcome).toBe("waiting");
    await vi.advanceTimersByTimeAsync(10);
    expect(outcome).toBe(`NoAnswerError: Redis did not answer within ${bound} ms`);
  });
});

describe("options", () => {
  const { client } = fakeClient();

  it.each<[string, unknown, typeof TypeError | typeof RangeError, string]>([
    ["nothing", undefined, TypeError, "options must be an object"],
    ["no client", {}, TypeError, "options.client must be a client of ioredis"],
    ["another option", { client, clock: "server" }, TypeError, 'there is no "clock"'],
    ["a prefix with braces", { client, prefix: "{a}" }, RangeError, "options.prefix"],
    ["a prefix that is no text", { client, prefix: 1 }, TypeError, "options.prefix"],
    ["no time", { client, timeoutMs: 0 }, RangeError, "options.timeoutMs"],
  ])("%s", (_name, options, type, message) => {
    expect(() => redisReplays(options as never)).toThrow(type);
    expect(() => redisReplays(options as never)).toThrow(message);
  });

  it("no prefix at all is one", async () => {
    const { client: mine, runs } = fakeClient();
    await redisReplays({ client: mine, prefix: "" }).has("a", 0);
    expect(runs).toMatchObject([["name", name, 1, "a", ""]]);
  });
});
