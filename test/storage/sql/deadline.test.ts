import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Deadlines } from "../../../src/storage/sql/deadline.ts";
import { sqlRepository } from "../../../src/storage/sql/index.ts";
import { contextOf } from "../../../src/storage/sql/sql-context.ts";
import { OWNER, sampleTokens } from "../../../src/testing/repository/samples.ts";
import { openRepository } from "../../fixtures/sqlite-file.ts";

const TIMEOUT_MS = 1000;
const NO_ANSWER = "did not answer within 1000 ms";

describe("waits", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const never = (): Promise<never> => new Promise(() => {});

  test("work that is done in time comes to what it comes to", async () => {
    const deadlines = new Deadlines(TIMEOUT_MS);
    expect(await deadlines.bound(async () => 5)).toBe(5);
    await expect(deadlines.bound(() => Promise.reject(new Error("its own")))).rejects.toThrow(
      "its own",
    );
    await vi.advanceTimersByTimeAsync(2 * TIMEOUT_MS);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("work that takes longer is given up, each after its own time", async () => {
    const deadlines = new Deadlines(TIMEOUT_MS);
    const givenUp: string[] = [];
    const wait = (name: string) => deadlines.begin(() => givenUp.push(name));
    wait("first");
    await vi.advanceTimersByTimeAsync(600);
    wait("second");
    deadlines.end(wait("ended"));
    await vi.advanceTimersByTimeAsync(405);
    expect(givenUp).toEqual(["first"]);
    await vi.advanceTimersByTimeAsync(600);
    expect(givenUp).toEqual(["first", "second"]);
  });

  test("one timer serves all", async () => {
    const deadlines = new Deadlines(TIMEOUT_MS);
    const work = Array.from({ length: 50 }, () => deadlines.bound(never));
    expect(vi.getTimerCount()).toBe(1);
    const results = Promise.allSettled(work);
    await vi.advanceTimersByTimeAsync(TIMEOUT_MS + 5);
    expect((await results).every(({ status }) => status === "rejected")).toBe(true);
  });

  test("one timer serves also those that wait on", async () => {
    const deadlines = new Deadlines(TIMEOUT_MS);
    for (let count = 0; count < 60; count++) {
      deadlines.bound(never, 10).catch(() => {});
      await deadlines.bound(async () => count);
      await vi.advanceTimersByTimeAsync(TIMEOUT_MS / 5);
      expect(vi.getTimerCount()).toBe(1);
    }
  });

  test("what ends when another is given up is not given up, and what begins then has its own time", async () => {
    const deadlines = new Deadlines(TIMEOUT_MS);
    const givenUp: string[] = [];
    deadlines.begin(() => {
      givenUp.push("first");
      deadlines.end(second);
      deadlines.begin(() => givenUp.push("third"));
    });
    const second = deadlines.begin(() => givenUp.push("second"));
    await vi.advanceTimersByTimeAsync(TIMEOUT_MS + 5);
    expect(givenUp).toEqual(["first"]);
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(TIMEOUT_MS + 5);
    expect(givenUp).toEqual(["first", "third"]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("what may wait for a connection waits on while others are answered, and ten times at most", async () => {
    const deadlines = new Deadlines(TIMEOUT_MS);
    let isGivenUp = false;
    deadlines.begin(() => {
      isGivenUp = true;
    }, 10);
    for (let second = 1; second <= 11; second++) {
      expect(isGivenUp).toBe(false);
      await vi.advanceTimersByTimeAsync(500);
      await deadlines.bound(async () => second);
      await vi.advanceTimersByTimeAsync(505);
    }
    expect(isGivenUp).toBe(true);
  });

  test("and no longer than others when nobody is", async () => {
    const deadlines = new Deadlines(TIMEOUT_MS);
    const work = expect(deadlines.bound(never, 10)).rejects.toThrow(NO_ANSWER);
    await vi.advanceTimersByTimeAsync(TIMEOUT_MS + 5);
    await work;
  });

  test("a process that was busy itself reads before the time is up", async () => {
    vi.useRealTimers();
    const deadlines = new Deadlines(20);
    const answer = new Promise((resolve) => setTimeout(resolve, 10, "answer"));
    const work = deadlines.bound(() => answer);
    const busyUntil = performance.now() + 60;
    while (performance.now() < busyUntil);
    expect(await work).toBe("answer");
  });
});

describe("work of several statements", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

  test("each may take the whole time", async () => {
    await using store = await openRepository();
    const deadlines = new Deadlines(TIMEOUT_MS);
    const work = deadlines.boundEach(contextOf(store), async ({ db }) => {
      for (let count = 0; count < 4; count++) {
        await sleep(TIMEOUT_MS - 100);
        await sql`select 1`.execute(db);
      }
      return "done";
    });
    await vi.advanceTimersByTimeAsync(4 * TIMEOUT_MS);
    expect(await work).toBe("done");
  });

  test("a transaction that was given up is rolled back, and not tried again", async () => {
    await using store = await openRepository();
    const deadlines = new Deadlines(TIMEOUT_MS);
    let tries = 0;
    const work = deadlines.boundEach(contextOf(store), ({ db }) =>
      db.transaction().execute(async (transaction) => {
        tries += 1;
        await sql`insert into tokenry_zone_sets (account, revision, document) values ('acme', 1, '[]')`.execute(
          transaction,
        );
        await sleep(2 * TIMEOUT_MS);
        await sql`select 1`.execute(transaction);
      }),
    );
    const givenUp = expect(work).rejects.toThrow(NO_ANSWER);
    await vi.advanceTimersByTimeAsync(3 * TIMEOUT_MS);
    await givenUp;
    expect(await store.repository.zones("acme")).toEqual({ revision: 0, zones: [] });
    expect(tries).toBe(1);
  });

  test("a race that is lost after the work was given up is not run again", async () => {
    await using store = await openRepository();
    const deadlines = new Deadlines(TIMEOUT_MS);
    const work = deadlines.boundEach(contextOf(store), async ({ capabilities }) => {
      await sleep(2 * TIMEOUT_MS);
      expect(() => capabilities.isLostRace(new Error("lost"))).toThrow(NO_ANSWER);
    });
    const givenUp = expect(work).rejects.toThrow(NO_ANSWER);
    await vi.advanceTimersByTimeAsync(3 * TIMEOUT_MS);
    await givenUp;
  });
});

describe("options.timeoutMs", () => {
  test("is a whole number of milliseconds, up to ten minutes", async () => {
    await using store = await openRepository();
    const { db } = store;
    for (const timeoutMs of [0, 1.5, 600_001, Number.NaN])
      expect(() => sqlRepository({ db, timeoutMs })).toThrow(RangeError);
    expect(() => sqlRepository({ db, timeoutMs: "1" as never })).toThrow(
      "options.timeoutMs must be a number",
    );
    expect(sqlRepository({ db, timeoutMs: 600_000 })).toBeDefined();
  });

  test("a commit waits that long for another process's lock, and what it was to do is not done", async () => {
    await using store = await openRepository();
    const { db } = store;
    const repository = sqlRepository({ db, timeoutMs: 30 });
    // The one connection is taken.
    let release = (): void => {};
    const held = db.connection().execute(
      () =>
        new Promise<void>((resolve) => {
          release = resolve;
        }),
    );
    const insert = sampleTokens(3);
    await expect(repository.commit({ insert, events: [] })).rejects.toThrow("within 30 ms");
    await expect(repository.findById("any")).rejects.toThrow("within 30 ms");
    release();
    await held;
    expect(await store.repository.listByOwner({ owner: OWNER, limit: 9 })).toEqual([]);
  });
});
