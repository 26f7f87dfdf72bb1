import { afterEach, describe, expect, test, vi } from "vitest";
import { createGithubKeys, type GithubKeys } from "../../src/leaks/github-keys.ts";
import { type MovableClock, movableClock, START } from "../support/clock.ts";
import { createSigner, listOf } from "./signer.ts";

const old = createSigner("old");
const fresh = createSigner("fresh");

interface World {
  readonly keys: GithubKeys;
  readonly clock: MovableClock;
  /** What is answered from now on; an Error is an outage. */
  answer: unknown;
  readonly asked: () => number;
  readonly reported: unknown[];
  /** `"found"`, or what else was found out. */
  look(id: string): Promise<string>;
}

function createWorld(answer: unknown = listOf(old)): World {
  const clock = movableClock();
  const reported: unknown[] = [];
  let asked = 0;
  const keys = createGithubKeys({
    load: async () => {
      asked += 1;
      const { answer } = world;
      await new Promise((resolve) => setImmediate(resolve));
      if (answer instanceof Error) throw answer;
      return answer;
    },
    lifetimeMs: 3_600_000,
    now: clock.now,
    report: (cause) => reported.push(cause),
  });
  const world: World = {
    keys,
    clock,
    answer,
    asked: () => asked,
    reported,
    async look(id) {
      const found = await keys.find(id);
      return typeof found === "string" ? found : "found";
    },
  };
  return world;
}

describe("GitHub's keys", () => {
  test("are asked for once, and again when they are an hour old", async () => {
    const world = createWorld();
    expect(await world.look("old")).toBe("found");
    world.clock.set(START + 3_599_999);
    expect(await world.look("old")).toBe("found");
    expect(world.asked()).toBe(1);
    world.answer = listOf(fresh);
    world.clock.set(START + 3_600_000);
    expect(await world.look("old")).toBe("unknown");
    expect(await world.look("fresh")).toBe("found");
    expect(world.asked()).toBe(2);
  });

  test("are asked for once by all who come at the same time", async () => {
    const world = createWorld(listOf(old, fresh));
    const ids = ["old", "fresh", "forged", "old", "forged"];
    expect(await Promise.all(ids.map((id) => world.look(id)))).toEqual([
      "found",
      "found",
      "unknown",
      "found",
      "unknown",
    ]);
    expect(world.asked()).toBe(1);
  });

  test("IND-12: a new key is found by asking once more, half a minute after the last time", async () => {
    const world = createWorld();
    await world.look("old");
    world.answer = listOf(old, fresh);
    world.clock.set(START + 29_999);
    // It may be new: the sender is to come again.
    expect(await world.look("fresh")).toBe("unavailable");
    expect(world.asked()).toBe(1);
    world.clock.set(START + 30_000);
    expect(await world.look("fresh")).toBe("found");
    expect(await world.look("old")).toBe("found");
    expect(world.asked()).toBe(2);
  });

  test("IND-12: keys that do not exist are asked for less and less often, below GitHub's 60 an hour", async () => {
    const world = createWorld();
    for (let second = 0; second < 3600; second += 1) {
      world.clock.set(START + second * 1000);
      const asked = world.asked();
      const look = await world.look(`forged${second}`);
      expect(look).toBe(world.asked() > asked ? "unknown" : "unavailable");
    }
    expect(world.asked()).toBeLessThan(20);
    world.answer = listOf(fresh);
    world.clock.set(START + 3_840_000);
    expect(await world.look("fresh")).toBe("found");
    const asked = world.asked();
    // What was not in vain has the waiting begin anew.
    world.clock.set(START + 3_870_000);
    await world.look("forged");
    expect(world.asked()).toBe(asked + 1);
  });

  test("in an outage: kept ones serve while they live, others are not known to be forged", async () => {
    const world = createWorld();
    await world.look("old");
    world.answer = new Error("the network is away");
    world.clock.set(START + 60_000);
    expect(await world.look("fresh")).toBe("unavailable");
    expect(await world.look("old")).toBe("found");
    expect(world.reported).toEqual([world.answer]);
    world.clock.set(START + 3_599_999);
    expect(await world.look("old")).toBe("found");
    world.clock.set(START + 3_600_000);
    expect(await world.look("old")).toBe("unavailable");
    world.answer = listOf(old);
    world.clock.set(START + 3_630_000);
    expect(await world.look("old")).toBe("found");
    world.clock.set(START + 3_660_000);
    expect(await world.look("forged")).toBe("unknown");
  });

  test("in an outage from the start: asked for every half minute, however many come", async () => {
    const world = createWorld(new Error("the network is away"));
    for (let second = 0; second < 120; second += 1) {
      world.clock.set(START + second * 1000);
      expect(await world.look("old")).toBe("unavailable");
    }
    expect(world.asked()).toBe(4);
  });

  test.each([
    ["no object", null],
    ["a text", "public_keys"],
    ["no list", { public_keys: {} }],
    ["an empty list", { public_keys: [] }],
    ["keys without names", { public_keys: [{ key: old.entry.key }, null, 5] }],
    ["a key of another curve", listOf(createSigner("old", "P-384"))],
    ["no PEM", { public_keys: [{ key_identifier: "old", key: "MFkw" }] }],
    [
      "a private key",
      {
        public_keys: [
          { key_identifier: "old", key: "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----" },
        ],
      },
    ],
  ])("%s is an outage", async (_name, answer) => {
    const world = createWorld(answer);
    expect(await world.look("old")).toBe("unavailable");
    expect(world.reported).toEqual([expect.any(Error)]);
  });

  test("a key that cannot be read leaves the others", async () => {
    const strange = createSigner("strange", "P-384");
    const world = createWorld({
      public_keys: [strange.entry, { key_identifier: "none" }, 7, old.entry],
    });
    expect(await world.look("strange")).toBe("unknown");
    expect(await world.look("old")).toBe("found");
    expect(await world.look("__proto__")).toBe("unavailable");
  });

  test("a clock that is set back lengthens no life, and bars nothing", async () => {
    const world = createWorld();
    await world.look("old");
    world.answer = listOf(fresh);
    world.clock.set(START - 86_400_000);
    expect(await world.look("old")).toBe("unknown");
    expect(await world.look("fresh")).toBe("found");
  });
});

describe("an answer that does not come", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  test("is given up on after ten seconds, and asked for again later", async () => {
    vi.useFakeTimers();
    const reported: unknown[] = [];
    const clock = movableClock();
    const load = vi.fn<() => Promise<unknown>>(() => new Promise(() => {}));
    const keys = createGithubKeys({
      load,
      lifetimeMs: 60_000,
      now: clock.now,
      report: (cause) => reported.push(cause),
    });
    const looking = keys.find("old");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await looking).toBe("unavailable");
    expect(reported).toEqual([new Error("there was no answer within 10 seconds")]);
    load.mockResolvedValue(listOf(old));
    clock.pass({ seconds: 30 });
    expect(typeof (await keys.find("old"))).toBe("object");
    expect(vi.getTimerCount()).toBe(0);
  });
});
