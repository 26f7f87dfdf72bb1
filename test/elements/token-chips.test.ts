import { describe, expect, it } from "vitest";
import { chipsOf } from "../../src/elements/token-chips.ts";

const apis = {
  orders: { limit: 600, windowMs: 60_000, methods: ["GET", "POST"] },
  menu: { limit: 60, windowMs: 60_000, methods: ["GET"] },
};
const open = { access: null, network: null, budgets: {} };
const chips = (token: Parameters<typeof chipsOf>[0]): string[] =>
  chipsOf(token, apis, { locale: "en" });

describe("what a token is restricted to", () => {
  it("is nothing to say where there is no restriction", () => {
    expect(chips(open)).toEqual([]);
  });

  it("names the levels that it has", () => {
    const access = { orders: "full", menu: "none" } as const;
    expect(chips({ ...open, access })).toEqual(["orders: Full Access"]);
    expect(chips({ ...open, access: {} })).toEqual(["No Access"]);
  });

  it("says once what is the same for all APIs", () => {
    const access = { orders: "read", menu: "read" } as const;
    expect(chips({ ...open, access })).toEqual(["All APIs: Read Access"]);
    const lists = { orders: ["GET"], menu: ["GET"] };
    expect(chips({ ...open, access: lists })).toEqual(["orders: GET only", "menu: GET only"]);
  });

  it("names no more APIs than a card has room for, and counts the others", () => {
    const names = Array.from({ length: 40 }, (_, index) => `api-${index}`);
    const many = Object.fromEntries(names.map((name) => [name, apis.menu]));
    const access = Object.fromEntries(names.slice(1).map((name) => [name, "read" as const]));
    const budgets = Object.fromEntries(names.map((name) => [name, 50]));
    const shown = chipsOf({ ...open, access, budgets }, many, { locale: "en" });
    expect(shown).toHaveLength(12);
    expect(shown[5]).toBe("34 more");
    expect(shown[11]).toBe("35 more");
  });

  it("names the first networks, and counts the others", () => {
    const network = {
      include: ["10.0.0.0/8", "zone:office", "192.0.2.7"],
      exclude: ["10.9.0.0/16"],
    };
    expect(chips({ ...open, network })).toEqual([
      "Only from 10.0.0.0/8, office and 1 more",
      "Not from 10.9.0.0/16",
    ]);
  });

  it("names budgets of its own as calls, of APIs that there are", () => {
    expect(chips({ ...open, budgets: { orders: 50, gone: 10 } })).toEqual([
      "orders: 300 calls a minute",
    ]);
  });
});
