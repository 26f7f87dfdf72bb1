import { describe, expect, test } from "vitest";
import {
  isSameLevel,
  levelForAll,
  levelWords,
  withLevel,
} from "../../src/elements/access-levels.ts";

const saying = { locale: "en" };
const apis = {
  orders: { limit: 600, windowMs: 60_000, methods: ["GET", "HEAD", "POST"] },
  menu: { limit: 60, windowMs: 60_000, methods: ["GET"] },
};

describe("levelWords", () => {
  test.each([
    ["full", "Full Access (GET & POST)"],
    ["read", "Read Access (GET)"],
    ["none", "No Access"],
  ] as const)("%s is said with the methods that it gives", (level, words) => {
    expect(levelWords(level, apis.orders.methods, saying)).toBe(words);
  });

  test("a level of an API that cannot be read has no methods to name", () => {
    expect(levelWords("read", ["POST"], saying)).toBe("Read Access");
  });

  test("a list of methods is named as it is", () => {
    expect(levelWords(["GET", "POST"], apis.orders.methods, saying)).toBe("GET & POST only");
  });

  test("without an API a level is its word alone", () => {
    expect(levelWords("full", undefined, saying)).toBe("Full Access");
  });
});

describe("withLevel", () => {
  test("sets one level and keeps the others, lists of methods too", () => {
    const levels = withLevel({ orders: ["POST"] }, apis, ["menu", "read"]);
    expect(levels).toEqual({ orders: ["POST"], menu: "read" });
  });

  test("leaves out what is no API any more", () => {
    expect(withLevel({ gone: "full" }, apis, ["menu", "read"])).toEqual({ menu: "read" });
  });

  test("changes nothing in place", () => {
    const levels = Object.freeze({ orders: "full" } as const);
    expect(withLevel(levels, apis, ["orders", "none"])).toEqual({ orders: "none" });
    expect(levels).toEqual({ orders: "full" });
  });
});

test("one level for all is a level for each API", () => {
  expect(levelForAll(apis, "read")).toEqual({ orders: "read", menu: "read" });
});

test("lists of methods are the same by what they hold, and are no word", () => {
  expect(isSameLevel(["GET", "POST"], ["GET", "POST"])).toBe(true);
  expect(isSameLevel(["GET"], ["POST"])).toBe(false);
  expect(isSameLevel(["full"], "full")).toBe(false);
  expect(isSameLevel("none", "none")).toBe(true);
});
