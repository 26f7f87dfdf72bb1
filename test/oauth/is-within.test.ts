import { describe, expect, it } from "vitest";
import type { Levels } from "../../src/access/available.ts";
import { isWithin } from "../../src/oauth/is-within.ts";

describe("isWithin", () => {
  const cases: readonly (readonly [Levels, Levels, boolean])[] = [
    [{}, {}, true],
    [{ orders: "none" }, {}, true],
    [{ orders: "read" }, { orders: "read" }, true],
    [{ orders: "read" }, { orders: "full" }, true],
    [{ orders: "read" }, { orders: ["GET", "PUT"] }, true],
    [{ orders: ["GET", "PUT"] }, { orders: ["PUT", "GET", "POST"] }, true],
    [{ orders: ["HEAD"] }, { orders: "read" }, true],
    [{ orders: "full" }, { orders: "full" }, true],
    [{ orders: "full" }, { orders: ["GET", "POST", "*"] }, false],
    [{ orders: "full" }, { orders: "read" }, false],
    [{ orders: ["PUT"] }, { orders: "read" }, false],
    [{ orders: "read" }, { orders: ["PUT"] }, false],
    [{ orders: "read" }, { invoices: "full" }, false],
    [{ orders: "read", invoices: "read" }, { orders: "read" }, false],
    [Object.fromEntries([["constructor", "read"]]), {}, false],
  ];
  it.each(cases)("CORE-41 AP-5: %j is within %j: %s", (granted, open, expected) => {
    expect(isWithin(granted, open)).toBe(expected);
  });
});
