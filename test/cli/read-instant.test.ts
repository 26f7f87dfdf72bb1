import { expect, test } from "vitest";
import { readInstant } from "../../src/cli/read-instant.ts";

test.each([
  ["2026-11-30", "2026-11-30T00:00:00.000Z"],
  ["2026-11-30 12:34", "2026-11-30T12:34:00.000Z"],
  ["2026-11-30 12:34:56", "2026-11-30T12:34:56.000Z"],
  ["2026-11-30 00:57 UTC", "2026-11-30T00:57:00.000Z"],
  ["2026-11-30T12:34:56.789", "2026-11-30T12:34:56.789Z"],
  ["2026-11-30T12:34:56Z", "2026-11-30T12:34:56.000Z"],
  ["2026-11-30T12:34:56+01:30", "2026-11-30T11:04:56.000Z"],
  ["2028-02-29", "2028-02-29T00:00:00.000Z"],
])("%s is read, in UTC where nothing else is said", (text, instant) => {
  expect(readInstant(text, "--since").toISOString()).toBe(instant);
});

test.each([
  ...["yesterday", "", "2026", "2026-11", "30.11.2026", "2026-11-30x", "2026-11-30 12"],
  ...["2026-02-29", "2026-02-31", "2026-04-31 12:00", "2026-13-01", "2026-11-30 25:00"],
  ...["2026-11-30 12:00 CET", "2026-11-30T12:00+99:99", "2026-11-30Z", "02026-11-30"],
])("%j is refused", (text) => {
  expect(() => readInstant(text, "--since")).toThrow(/^--since must be a time/);
});

test("no time zone of the machine has a say", () => {
  const before = process.env.TZ;
  process.env.TZ = "America/New_York";
  try {
    const instant = readInstant("2026-11-30 12:00", "--since");
    expect(instant.toISOString()).toBe("2026-11-30T12:00:00.000Z");
  } finally {
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
  }
});
