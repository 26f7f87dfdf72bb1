import { describe, expect, test, vi } from "vitest";
import { isBusy, isLostRace, isTakenKey } from "../../../src/storage/sql/lost-race.ts";
import { retrying } from "../../../src/storage/sql/retry.ts";

describe("errors that say that another transaction was in the way", () => {
  test.each<[string, object]>([
    ["node:sqlite, busy", { code: "ERR_SQLITE_ERROR", errcode: 5 }],
    ["node:sqlite, a stale snapshot", { code: "ERR_SQLITE_ERROR", errcode: 517 }],
    ["node:sqlite, locked", { code: "ERR_SQLITE_ERROR", errcode: 262 }],
    ["better-sqlite3, busy", { code: "SQLITE_BUSY" }],
    ["better-sqlite3, a stale snapshot", { code: "SQLITE_BUSY_SNAPSHOT" }],
    ["better-sqlite3, locked", { code: "SQLITE_LOCKED_SHAREDCACHE" }],
    ["PostgreSQL, serialization", { code: "40001" }],
    ["PostgreSQL, deadlock", { code: "40P01" }],
    ["PostgreSQL, a taken key", { code: "23505" }],
    ["MySQL, deadlock", { code: "ER_LOCK_DEADLOCK", errno: 1213 }],
    ["MySQL, a taken key", { code: "ER_DUP_ENTRY", errno: 1062 }],
    ["MariaDB, a row that changed", { code: "ER_CHECKREAD", errno: 1020 }],
  ])("%s", (_, fields) => {
    expect(isLostRace(Object.assign(new Error("refused"), fields))).toBe(true);
  });

  test.each<[string, unknown]>([
    ["node:sqlite, a taken key", { code: "ERR_SQLITE_ERROR", errcode: 2067 }],
    ["node:sqlite, read-only", { code: "ERR_SQLITE_ERROR", errcode: 8 }],
    ["better-sqlite3, a taken key", { code: "SQLITE_CONSTRAINT_UNIQUE" }],
    ["PostgreSQL, no such table", { code: "42P01" }],
    ["a number of another library", { code: 5, errcode: "5" }],
    ["an error without a code", new Error("refused")],
    ["nothing", undefined],
    ["null", null],
    ["a text", "SQLITE_BUSY"],
  ])("not: %s", (_, error) => {
    expect(isLostRace(error)).toBe(false);
  });

  test("a taken key after which a transaction goes on is MySQL's", () => {
    expect(isTakenKey({ code: "ER_DUP_ENTRY" })).toBe(true);
    expect(isTakenKey({ code: "23505" })).toBe(false);
    expect(isTakenKey(undefined)).toBe(false);
  });

  test("a stale snapshot never gets the lock by waiting", () => {
    expect(isBusy({ errcode: 5 })).toBe(true);
    expect(isBusy({ errcode: 261 })).toBe(true);
    expect(isBusy({ errcode: 517 })).toBe(false);
    expect(isBusy(new Error("refused"))).toBe(false);
  });
});

describe("retrying", () => {
  const isLost = (error: unknown) => error === lost;
  const lost = new Error("lost");

  test("tries again while races are lost", async () => {
    const attempt = vi.fn<() => Promise<string>>().mockRejectedValueOnce(lost);
    attempt.mockRejectedValueOnce(lost).mockResolvedValue("done");
    expect(await retrying(attempt, isLost)).toBe("done");
    expect(attempt).toHaveBeenCalledTimes(3);
  });

  test("gives up after ten tries, with what was in the way", async () => {
    const attempt = vi.fn<() => Promise<string>>().mockRejectedValue(lost);
    await expect(retrying(attempt, isLost)).rejects.toBe(lost);
    expect(attempt).toHaveBeenCalledTimes(10);
  });

  test("what has waited for long is not tried again", async () => {
    vi.spyOn(performance, "now").mockReturnValueOnce(0).mockReturnValueOnce(5000);
    const attempt = vi.fn<() => Promise<string>>().mockRejectedValue(lost);
    await expect(retrying(attempt, isLost)).rejects.toBe(lost);
    expect(attempt).toHaveBeenCalledOnce();
  });

  test("any other error is not tried again", async () => {
    const attempt = vi.fn<() => Promise<string>>().mockRejectedValue(new Error("outage"));
    await expect(retrying(attempt, isLost)).rejects.toThrow("outage");
    expect(attempt).toHaveBeenCalledOnce();
  });
});
