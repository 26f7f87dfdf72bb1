import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createSchedule } from "../../src/state/schedule.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("a schedule", () => {
  test("does its first pass after one interval, and the next after another", async () => {
    const pass = vi.fn(async () => undefined);
    const schedule = createSchedule(pass);
    schedule.start(100);
    await vi.advanceTimersByTimeAsync(99);
    expect(pass).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(201);
    expect(pass).toHaveBeenCalledTimes(3);
    await schedule.stop();
  });

  test("overlaps no pass with itself: the interval begins when a pass has ended", async () => {
    const ends: (() => void)[] = [];
    const schedule = createSchedule(() => new Promise((resolve) => ends.push(resolve)));
    schedule.start(100);
    await vi.advanceTimersByTimeAsync(1000);
    expect(ends).toHaveLength(1);
    ends[0]?.();
    await vi.advanceTimersByTimeAsync(99);
    expect(ends).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(ends).toHaveLength(2);
  });

  test("started twice runs once", async () => {
    const pass = vi.fn(async () => undefined);
    const schedule = createSchedule(pass);
    schedule.start(100);
    schedule.start(10);
    await vi.advanceTimersByTimeAsync(100);
    expect(pass).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(1);
    await schedule.stop();
  });

  test("stops when the pass that runs has ended, and starts again", async () => {
    const ends: (() => void)[] = [];
    const schedule = createSchedule(() => new Promise((resolve) => ends.push(resolve)));
    schedule.start(100);
    await vi.advanceTimersByTimeAsync(100);
    let hasStopped = false;
    const stopped = schedule.stop().then(() => {
      hasStopped = true;
    });
    await vi.advanceTimersByTimeAsync(1000);
    expect(hasStopped).toBe(false);
    ends[0]?.();
    await stopped;
    expect(vi.getTimerCount()).toBe(0);
    schedule.start(100);
    await vi.advanceTimersByTimeAsync(100);
    expect(ends).toHaveLength(2);
  });

  test("stopped before it ever ran does nothing", async () => {
    const pass = vi.fn(async () => undefined);
    const schedule = createSchedule(pass);
    await schedule.stop();
    schedule.start(100);
    await schedule.stop();
    await vi.advanceTimersByTimeAsync(1000);
    expect(pass).not.toHaveBeenCalled();
  });

  test("woken, it does a pass at once, and the next after an interval", async () => {
    const pass = vi.fn(async () => undefined);
    const schedule = createSchedule(pass);
    schedule.start(100);
    await vi.advanceTimersByTimeAsync(30);
    for (let count = 0; count < 3; count++) schedule.wake();
    await vi.advanceTimersByTimeAsync(1);
    expect(pass).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(98);
    expect(pass).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(2);
    expect(pass).toHaveBeenCalledTimes(2);
    expect(vi.getTimerCount()).toBe(1);
    await schedule.stop();
  });

  test("woken while a pass runs, it does another right after it", async () => {
    const ends: (() => void)[] = [];
    const schedule = createSchedule(() => new Promise((resolve) => ends.push(resolve)));
    schedule.start(100);
    await vi.advanceTimersByTimeAsync(100);
    schedule.wake();
    schedule.wake();
    await vi.advanceTimersByTimeAsync(1000);
    expect(ends).toHaveLength(1);
    ends[0]?.();
    await vi.advanceTimersByTimeAsync(1);
    expect(ends).toHaveLength(2);
    ends[1]?.();
    await vi.advanceTimersByTimeAsync(99);
    expect(ends).toHaveLength(2);
    await schedule.stop();
  });

  test("woken when it is not running, it does nothing", async () => {
    const pass = vi.fn(async () => undefined);
    const schedule = createSchedule(pass);
    schedule.wake();
    schedule.start(100);
    await schedule.stop();
    schedule.wake();
    await vi.advanceTimersByTimeAsync(1000);
    expect(pass).not.toHaveBeenCalled();
  });

  test("stopped when it has been woken, it does that pass first, once", async () => {
    const pass = vi.fn(async () => undefined);
    const schedule = createSchedule(pass);
    schedule.start(100);
    schedule.wake();
    await schedule.stop();
    expect(pass).toHaveBeenCalledTimes(1);
    await schedule.stop();
    await vi.advanceTimersByTimeAsync(1000);
    expect(pass).toHaveBeenCalledTimes(1);
  });

  test("keeps no process alive", async () => {
    const timers = vi.spyOn(globalThis, "setTimeout");
    const schedule = createSchedule(async () => undefined);
    schedule.start(100);
    await vi.advanceTimersByTimeAsync(100);
    expect(timers.mock.results.map(({ value }) => value.hasRef())).toEqual([false, false]);
    timers.mockRestore();
    await schedule.stop();
  });
});
