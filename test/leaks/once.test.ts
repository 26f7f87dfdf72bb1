import { describe, expect, test } from "vitest";
import { createOnce } from "../../src/leaks/once.ts";
import { createRecent } from "../../src/leaks/recent.ts";
import { movableClock, START } from "../support/clock.ts";

const later = async <Value>(value: Value): Promise<Value> => {
  await new Promise((resolve) => setImmediate(resolve));
  return value;
};

describe("createOnce", () => {
  test("does what succeeded no second time, and what failed again", async () => {
    const once = createOnce(createRecent(movableClock().now));
    const none = async (): Promise<undefined> => later(undefined);
    expect(await once.run("a", none)).toBeUndefined();
    expect(await once.run("a", () => later(1))).toBe(1);
    expect(await once.run("a", () => later(2))).toBe("done_before");
    expect(await once.run("b", () => later(3))).toBe(3);
  });

  test("has who comes meanwhile wait for how it ends", async () => {
    const once = createOnce(createRecent(movableClock().now));
    const fails = [1, 2].map(() => once.run("a", async () => later(undefined)));
    expect(await Promise.all(fails)).toEqual([undefined, undefined]);
    const runs = [1, 2].map((run) => once.run("a", () => later(run)));
    expect(await Promise.all(runs)).toEqual([1, "done_before"]);
  });

  test("work that throws may come again", async () => {
    const once = createOnce(createRecent(movableClock().now));
    const failing = once.run("a", () => Promise.reject(new Error("broken")));
    await expect(failing).rejects.toThrow("broken");
    expect(await once.run("a", () => later(1))).toBe(1);
  });
});

describe("createRecent", () => {
  test("remembers for a day", () => {
    const clock = movableClock();
    const recent = createRecent(clock.now);
    recent.add("a");
    clock.set(START + 86_399_999);
    expect(recent.has("a")).toBe(true);
    expect(recent.has("b")).toBe(false);
    clock.set(START + 86_400_000);
    expect(recent.has("a")).toBe(false);
  });

  test("remembers ten thousand, and forgets first what it learnt first", () => {
    const recent = createRecent(movableClock().now);
    for (let index = 0; index < 10_000; index += 1) recent.add(`${index}`);
    recent.add("0");
    expect(recent.has("1")).toBe(true);
    recent.add("more");
    expect(recent.has("1")).toBe(false);
    for (const kept of ["0", "2", "9999", "more"]) expect(recent.has(kept)).toBe(true);
  });
});
