import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Use } from "../../src/index.ts";
import { createUses } from "../../src/state/uses.ts";
import { sampleToken } from "../../src/testing/repository/samples.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A store that answers when it is told to. */
function heldStore() {
  const batches: (readonly Use[])[] = [];
  const answers: ((failure?: Error) => void)[] = [];
  const reported: unknown[] = [];
  const uses = createUses(
    {
      touch(batch) {
        batches.push(batch);
        return new Promise<void>((resolve, reject) => {
          answers.push((failure) => (failure === undefined ? resolve() : reject(failure)));
        });
      },
    },
    (cause) => reported.push(cause),
  );
  return { uses, batches, answers, reported };
}

describe("writing", () => {
  test("a thousand tokens are written at once", () => {
    const { uses, batches } = heldStore();
    for (let count = 0; count < 1000; count++) uses.note(sampleToken(), 1, null);
    expect(batches.map((batch) => batch.length)).toEqual([1000]);
  });

  test("what is noted while a write is on its way goes with the next, and not twice", async () => {
    const { uses, batches, answers } = heldStore();
    const [one, two] = [sampleToken(), sampleToken()];
    uses.note(one, 1, null);
    const first = uses.flush();
    uses.note(two, 2, null);
    const second = uses.flush();
    expect(batches).toHaveLength(1);
    answers[0]?.();
    await first;
    await vi.waitFor(() => expect(batches).toHaveLength(2));
    answers[1]?.();
    await second;
    expect(batches.map((batch) => batch.map(({ id }) => id))).toEqual([[one.id], [two.id]]);
    await uses.close();
    expect(batches).toHaveLength(2);
  });

  test("a use noted anew while its former is on its way is written too", async () => {
    const { uses, batches, answers } = heldStore();
    const token = sampleToken();
    uses.note(token, 1, null);
    const flushed = uses.flush();
    uses.note(token, 60_001, null);
    answers[0]?.();
    await flushed;
    const closed = uses.close();
    answers[1]?.();
    await closed;
    expect(batches.flat().map(({ usedAt }) => usedAt)).toEqual([1, 60_001]);
  });

  test("in an outage it is tried once a second, however many calls come", async () => {
    const { uses, batches, answers, reported } = heldStore();
    for (let count = 0; count < 1000; count++) uses.note(sampleToken(), 1, null);
    answers[0]?.(new Error("out of reach"));
    await vi.advanceTimersByTimeAsync(500);
    for (let count = 0; count < 100; count++) uses.note(sampleToken(), 2, null);
    expect(batches).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(500);
    expect(batches.map((batch) => batch.length)).toEqual([1000, 1100]);
    expect(reported).toHaveLength(1);
  });

  test("what an outage piles up has a limit", async () => {
    const { uses, batches, answers } = heldStore();
    for (let count = 0; count <= 100_000; count++)
      uses.note(sampleToken({ id: `token ${count}` }), 1, null);
    const flushed = uses.flush();
    answers[0]?.(new Error("out of reach"));
    await flushed;
    await uses.close();
    expect(batches).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("a store that throws instead of rejecting is an outage too", async () => {
    const failure = new Error("out of reach");
    const reported: unknown[] = [];
    const uses = createUses(
      {
        touch: () => {
          throw failure;
        },
      },
      (cause) => reported.push(cause),
    );
    uses.note(sampleToken(), 1, null);
    await uses.close();
    expect(reported).toEqual([failure]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("a platform that has ended the timer is found out by the next use", () => {
    const { uses, batches } = heldStore();
    uses.note(sampleToken(), 1, null);
    vi.clearAllTimers();
    vi.setSystemTime(Date.now() + 4999);
    uses.note(sampleToken(), 2, null);
    expect(batches).toHaveLength(0);
    vi.setSystemTime(Date.now() + 1);
    uses.note(sampleToken(), 3, null);
    expect(batches.map((batch) => batch.length)).toEqual([3]);
  });

  test("a platform that has ended a write holds up the others for a minute, and not for good", async () => {
    const { uses, batches, answers } = heldStore();
    uses.note(sampleToken(), 1, null);
    void uses.flush();
    vi.setSystemTime(Date.now() + 60_000);
    uses.note(sampleToken(), 2, null);
    const written = uses.flush();
    expect(batches.map((batch) => batch.length)).toEqual([1, 2]);
    answers[1]?.();
    await written;
    // The lost one was late, that is all: what it brought is written, and no other write is on its way.
    answers[0]?.();
    uses.note(sampleToken(), 3, null);
    const last = uses.flush();
    answers[2]?.();
    await last;
    expect(batches.map((batch) => batch.length)).toEqual([1, 2, 1]);
  });

  test("nothing to write is no write", async () => {
    const { uses, batches } = heldStore();
    await uses.close();
    expect(batches).toEqual([]);
  });
});

describe("what waits", () => {
  test("is known by its expiry, the latest that a use gave", () => {
    const { uses } = heldStore();
    const token = sampleToken({ expiresAt: 100 });
    expect(uses.pendingExpiry(token)).toBe(100);
    uses.note(token, 1, 500);
    uses.note(token, 2, 400);
    uses.note(token, 3, null);
    expect(uses.pendingExpiry(token)).toBe(500);
    // Shortened since, by a rotation: the use was decided on another expiry.
    expect(uses.pendingExpiry({ ...token, expiresAt: 50 })).toBe(50);
  });

  test("makes no further use due for a minute", () => {
    const { uses } = heldStore();
    const token = sampleToken({ lastUsedAt: null });
    expect(uses.isDue(token, 0)).toBe(true);
    uses.note(token, 0, null);
    expect([0, 59_999, 60_000].map((now) => uses.isDue(token, now))).toEqual([false, false, true]);
  });

  test("a stored use makes none due for a minute", () => {
    const { uses } = heldStore();
    const token = sampleToken({ lastUsedAt: 1000 });
    expect([1000, 60_999, 61_000, 999].map((now) => uses.isDue(token, now))).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });
});

test("the timer keeps no process alive", () => {
  const timers = vi.spyOn(globalThis, "setTimeout");
  const { uses } = heldStore();
  uses.note(sampleToken(), 1, null);
  expect(timers.mock.results.map(({ value }) => value.hasRef())).toEqual([false]);
  timers.mockRestore();
});
