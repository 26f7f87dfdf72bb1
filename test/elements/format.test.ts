import { describe, expect, it } from "vitest";
import {
  dayOf,
  endText,
  exactTime,
  minutesLeft,
  relativeTime,
  timeLeft,
} from "../../src/elements/format.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const now = Date.parse("2026-11-30T12:00:00.000Z");
const at = (ms: number): string => new Date(now + ms).toISOString();

describe("the time that is left", () => {
  it.each([
    [180 * day, "days", 180],
    [180 * day - 5, "days", 180],
    [180 * day + 30_000, "days", 180],
    [179.5 * day, "days", 180],
    [day, "days", 1],
    [day - 2 * minute, "hours", 24],
    [90 * minute, "hours", 2],
    [hour, "hours", 1],
    [59 * minute, "minutes", 59],
    [1, "minutes", 1],
  ])("%d ms are said in %s: %d", (leftMs, unit, count) => {
    expect(timeLeft(leftMs)).toEqual({ unit, count });
  });

  it("counts whole minutes, one at least", () => {
    expect(minutesLeft(hour - 40)).toBe(60);
    expect(minutesLeft(1)).toBe(1);
  });
});

describe("what is said of an end", () => {
  const fixed = { expiry: { type: "fixed", after: { days: 180 } }, backupFor: null } as const;
  const sliding = {
    expiry: { type: "sliding", unusedFor: { days: 30 } },
    backupFor: null,
  } as const;
  const said = (
    expiresAt: string | null,
    kind: Parameters<typeof endText>[1],
    slot: string | null = null,
  ) => endText({ expiresAt, slot }, kind, now);

  it("a use puts off the end of a sliding one", () => {
    expect(said(at(30 * day), sliding)).toEqual({ name: "ends_unused_days", count: 30 });
  });

  it("does not say so of one that has another bound too", () => {
    const bound = { ...sliding, expiry: { ...sliding.expiry, atMost: { days: 90 } } };
    expect(said(at(30 * day), bound)).toEqual({ name: "ends_days", count: 30 });
  });

  it("does not say so of a backup that ends by itself", () => {
    const pair = { ...sliding, backupFor: { days: 14 } };
    expect(said(at(14 * day), pair, "backup")).toEqual({ name: "ends_days", count: 14 });
    expect(said(at(30 * day), pair, "primary")).toEqual({ name: "ends_unused_days", count: 30 });
  });

  it("says that one has ended or never does", () => {
    expect(said(at(0), fixed)).toEqual({ name: "ends_ended" });
    expect(said(null, fixed)).toEqual({ name: "ends_never" });
  });
});

describe("an instant", () => {
  it.each([
    [0, "now"],
    [-minute, "now"],
    [59_000, "now"],
    [minute, "1 minute ago"],
    [2 * hour + minute, "2 hours ago"],
    [day, "yesterday"],
    [45 * day, "last month"],
    [800 * day, "2 years ago"],
  ])("%d ms ago is %s", (agoMs, said) => {
    expect(relativeTime(now - agoMs, now, "en")).toBe(said);
  });

  it("is said in the language of the reader", () => {
    expect(relativeTime(now - 2 * hour, now, "de")).toBe("vor 2 Stunden");
    expect(dayOf(at(0), "de")).toBe("30.11.2026");
    expect(exactTime(at(0), "en-GB")).toMatch(/^30 Nov 2026/);
  });
});
