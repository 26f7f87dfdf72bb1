import { describe, expect, test } from "vitest";
import type { Duration } from "../../../src/index.ts";
import { readSeconds } from "../../../src/notifiers/webhook/time-span.ts";

describe("readSeconds", () => {
  test.each([
    [{ seconds: 1 }, 1],
    [{ seconds: 90 }, 90],
    [{ minutes: 2, seconds: 5 }, 125],
    [{ hours: 1 }, 3600],
    [{ days: 1, hours: 2, minutes: 3, seconds: 4 }, 93_784],
    [{ weeks: 1 }, 604_800],
  ])("reads %j", (duration, seconds) => {
    expect(readSeconds(duration, 604_800, "path")).toBe(seconds);
  });

  test("refuses what is longer than the bound, and no time at all", () => {
    for (const duration of [{ seconds: 61 }, { minutes: 1, seconds: 1 }, { weeks: 52_000 }])
      expect(() => readSeconds(duration, 60, "options.timeout")).toThrow(
        new RangeError("options.timeout must be at most 60 seconds"),
      );
    expect(readSeconds({ minutes: 1 }, 60, "options.timeout")).toBe(60);
    expect(() => readSeconds({}, 60, "options.timeout")).toThrow(
      new RangeError("options.timeout must be longer than zero"),
    );
  });

  test.each([{ months: 1 }, { seconds: 1.5 }, { seconds: -1 }, { seconds: Number.NaN }])(
    "refuses %j, which has no length in whole seconds",
    (duration) => {
      expect(() => readSeconds(duration, 60, "options.timeout")).toThrow(RangeError);
    },
  );

  test.each([{ milliseconds: 5 }, 5, "5s", null, [], { seconds: "5" }])(
    "refuses %j by its type",
    (value) => {
      // A cast, as the compiler refuses it too.
      expect(() => readSeconds(value as Duration, 600, "options.timeout")).toThrow(TypeError);
    },
  );
});
