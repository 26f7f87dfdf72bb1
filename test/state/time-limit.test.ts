import { describe, expect, test, vi } from "vitest";
import { withinTime } from "../../src/state/time-limit.ts";

describe("withinTime", () => {
  test("is what the work comes to, and leaves no timer behind", async () => {
    vi.useFakeTimers();
    expect(await withinTime(async () => "done", 1000, "too slow")).toBe("done");
    await expect(withinTime(() => Promise.reject(new Error("no")), 1000, "")).rejects.toThrow("no");
    const thrown = (): Promise<never> => {
      throw new Error("at once");
    };
    await expect(withinTime(thrown, 1000, "too slow")).rejects.toThrow("at once");
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  test("throws when the time is over, and hears of the work no more", async () => {
    vi.useFakeTimers();
    let fail: ((error: Error) => void) | undefined;
    const work = (): Promise<never> => new Promise((_, reject) => (fail = reject));
    const waiting = expect(withinTime(work, 1000, "too slow")).rejects.toThrow("too slow");
    await vi.advanceTimersByTimeAsync(1000);
    await waiting;
    fail?.(new Error("later"));
    vi.useRealTimers();
  });
});
