import { describe, expect, test } from "vitest";
import { createFailureLimit, type FailureLimit } from "../../src/http/failure-limit.ts";
import { memoryBudgets } from "../../src/index.ts";
import { movableClock, START } from "../support/clock.ts";

const CLIENT = "203.0.113.7";

function fail(limit: FailureLimit, times: number, address: string | undefined = CLIENT): void {
  for (let time = 0; time < times; time += 1) limit.count(address);
}

describe("createFailureLimit", () => {
  test("CORE-68, AP-2, ASVS 2.4.1: thirty failures, then one every two seconds", () => {
    const clock = movableClock();
    const limit = createFailureLimit({}, clock.now);
    fail(limit, 29);
    expect(limit.waitMs(CLIENT)).toBe(0);
    fail(limit, 1);
    expect(limit.waitMs(CLIENT)).toBe(2000);
    clock.set(START + 1999);
    expect(limit.waitMs(CLIENT)).toBe(1);
    clock.set(START + 2000);
    expect(limit.waitMs(CLIENT)).toBe(0);
    fail(limit, 1);
    expect(limit.waitMs(CLIENT)).toBe(2000);
    clock.pass({ minutes: 1 });
    fail(limit, 29);
    expect(limit.waitMs(CLIENT)).toBe(0);
  });

  test("failures of requests that were on their way count no further than the limit", () => {
    const clock = movableClock();
    const limit = createFailureLimit({ limit: 2, window: { seconds: 10 } }, clock.now);
    fail(limit, 500);
    expect(limit.waitMs(CLIENT)).toBe(5000);
  });

  test("counts an address for itself", () => {
    const limit = createFailureLimit({ limit: 1 }, movableClock().now);
    fail(limit, 1);
    expect(limit.waitMs("203.0.113.8")).toBe(0);
    expect(limit.waitMs("::ffff:203.0.113.7")).toBeGreaterThan(0);
  });

  test("counts a /64 of IPv6 as one, and its neighbour as another", () => {
    const limit = createFailureLimit({ limit: 1 }, movableClock().now);
    fail(limit, 1, "2001:db8:0:1::1");
    expect(limit.waitMs("2001:db8:0:1:ffff:ffff:ffff:ffff")).toBeGreaterThan(0);
    expect(limit.waitMs("2001:db8:0:2::1")).toBe(0);
  });

  test("nobody pays for who has no address", () => {
    const limit = createFailureLimit({ limit: 1 }, movableClock().now);
    fail(limit, 5, undefined);
    limit.count(undefined);
    limit.count("unix:/tmp/socket");
    expect(limit.waitMs(undefined)).toBe(0);
    expect(limit.waitMs("no address")).toBe(0);
  });

  test("a clock that steps back bars nobody for longer than before", () => {
    const clock = movableClock();
    const limit = createFailureLimit({}, clock.now);
    fail(limit, 30);
    clock.set(START - 3_600_000);
    expect(limit.waitMs(CLIENT)).toBe(2000);
    clock.pass({ seconds: 2 });
    expect(limit.waitMs(CLIENT)).toBe(0);
  });

  test("nodes with one store count together, and a look is never a call to it", async () => {
    const clock = movableClock();
    const store = memoryBudgets();
    let calls = 0;
    const counted = {
      take: (...asked: Parameters<typeof store.take>) => {
        calls += 1;
        return store.take(...asked);
      },
    };
    const nodes = [1, 2].map(() => createFailureLimit({ limit: 4, store: counted }, clock.now));
    const [one, two] = nodes as [FailureLimit, FailureLimit];
    fail(one, 3);
    await Promise.resolve();
    fail(two, 1);
    await Promise.resolve();
    expect(two.waitMs(CLIENT)).toBe(15_000);
    expect(one.waitMs(CLIENT)).toBe(0);
    fail(one, 1);
    await Promise.resolve();
    expect(one.waitMs(CLIENT)).toBe(15_000);
    expect(calls).toBe(5);
  });

  test("a store that is out of reach leaves each node its own count", async () => {
    const clock = movableClock();
    const store = { take: () => Promise.reject(new Error("gone")) };
    const limit = createFailureLimit({ limit: 2, store }, clock.now);
    fail(limit, 2);
    await Promise.resolve();
    expect(limit.waitMs(CLIENT)).toBeGreaterThan(0);
  });

  test.each([
    [{ limit: 0 }, RangeError, "options.guessing.limit"],
    [{ limit: "30" }, TypeError, "options.guessing.limit"],
    [{ window: { months: 1 } }, RangeError, "options.guessing.window"],
    [{ store: {} }, TypeError, "options.guessing.store.take"],
    [{ max: 3 }, TypeError, "options.guessing: there is no"],
  ])("refuses %j", (options, error, message) => {
    // A cast, as these are what the compiler refuses.
    const create = () => createFailureLimit(options as never, Date.now);
    expect(create).toThrow(error);
    expect(create).toThrow(message);
  });
});
