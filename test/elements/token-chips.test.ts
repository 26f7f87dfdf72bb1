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
