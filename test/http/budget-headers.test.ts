import { parseList } from "structured-headers";
import { describe, expect, test } from "vitest";
import { createWriteBudget, type SpentBudget } from "../../src/http/budget-headers.ts";
import { START } from "../support/clock.ts";

const now = (): number => START;
const spent = (more: Partial<SpentBudget["budget"]>, wait?: number): SpentBudget => ({
  budget: { limit: 60, remaining: 59, windowMs: 60_000, resetMs: 1000, ...more },
  budgetOf: "token",
  retryAfterMs: wait,
});
const fields = (of: SpentBudget, profile: "draft-10" | "x-rate-limit" = "draft-10") =>
  Object.fromEntries(createWriteBudget(profile)(of, now));

describe("createWriteBudget", () => {
  test("TV-10, RLH-02, RLH-03: of a spent budget, by draft 10", () => {
    expect(fields(spent({ remaining: 0, resetMs: 60_000 }, 12_000))).toEqual({
      "ratelimit-policy": '"token";q=60;w=60',
      ratelimit: '"token";r=0;t=12',
    });
  });

  test("TV-10, OKT-69, DEC-15: the same state by the other profile, in seconds since 1970", () => {
    expect(fields(spent({ remaining: 0, resetMs: 60_000 }, 12_000), "x-rate-limit")).toEqual({
      "x-rate-limit-limit": "60",
      "x-rate-limit-remaining": "0",
      "x-rate-limit-reset": `${START / 1000 + 12}`,
    });
  });

  test("T-05: the reset of that profile is rounded up to a second that is not before it", () => {
    const write = createWriteBudget("x-rate-limit");
    const reset = new Map(write(spent({ resetMs: 1 }), () => START + 1)).get("x-rate-limit-reset");
    expect(Number(reset)).toBe(START / 1000 + 2);
  });

  test("on an accepted call the time is until the budget is full, rounded up", () => {
    expect(fields(spent({ resetMs: 1001 })).ratelimit).toBe('"token";r=59;t=2');
    expect(fields(spent({ resetMs: 0, remaining: 60 })).ratelimit).toBe('"token";r=60;t=0');
  });

  test("after the last unit the time is until the next one", () => {
    expect(fields(spent({ remaining: 0, resetMs: 60_000 })).ratelimit).toBe('"token";r=0;t=1');
    expect(fields(spent({ remaining: 0, resetMs: 59_400 })).ratelimit).toBe('"token";r=0;t=1');
    const slow = { limit: 2, remaining: 0, windowMs: 60_000, resetMs: 50_000 };
    expect(fields(spent(slow)).ratelimit).toBe('"token";r=0;t=20');
  });

  test("names whose budget it is", () => {
    const { budget } = spent({ limit: 600 });
    expect(fields({ budget, budgetOf: "account" })).toMatchObject({
      "ratelimit-policy": '"account";q=600;w=60',
    });
  });

  test("RLH-04: one policy is one text, and another limit or window another", () => {
    const write = createWriteBudget("draft-10");
    const policy = (of: SpentBudget) => new Map(write(of, now)).get("ratelimit-policy");
    expect(policy(spent({}))).toBe(policy(spent({ remaining: 1 })));
    expect(policy(spent({ limit: 61 }))).toBe('"token";q=61;w=60');
    expect(policy(spent({ windowMs: 1500 }))).toBe('"token";q=60;w=2');
    for (let limit = 1; limit < 3000; limit += 1) policy(spent({ limit }));
    expect(policy(spent({}))).toBe('"token";q=60;w=60');
  });

  test("is a structured field whatever the numbers", () => {
    const huge = { limit: Number.MAX_SAFE_INTEGER, remaining: Number.MAX_SAFE_INTEGER };
    const written = fields(spent(huge));
    expect(parseList(written["ratelimit-policy"] ?? "")[0]?.[1].get("q")).toBe(999_999_999_999_999);
    expect(parseList(written.ratelimit ?? "")[0]?.[0]).toBe("token");
  });

  test("says nothing when told so", () => {
    expect(createWriteBudget(false)(spent({}), now)).toEqual([]);
  });
});
