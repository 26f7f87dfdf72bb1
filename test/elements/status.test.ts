import { describe, expect, it } from "vitest";
import { hasEnded, stateOf } from "../../src/elements/status.ts";

const day = 86_400_000;
const now = Date.parse("2026-11-30T12:00:00.000Z");
const at = (ms: number): string => new Date(now + ms).toISOString();

describe("OKT-25, CORE-74 how a token is doing", () => {
  it.each([
    ["a use three days ago", { expiresAt: at(90 * day), lastUsedAt: at(-3 * day) }, "in_use"],
    ["an older use", { expiresAt: at(90 * day), lastUsedAt: at(-3 * day - 1) }, "idle"],
    ["no use", { expiresAt: null, lastUsedAt: null }, "idle"],
    ["a use of one that never ends", { expiresAt: null, lastUsedAt: at(0) }, "in_use"],
    ["seven days left", { expiresAt: at(7 * day), lastUsedAt: at(0) }, "expiring"],
    ["a little more", { expiresAt: at(7 * day + 1), lastUsedAt: at(0) }, "in_use"],
    ["a millisecond left", { expiresAt: at(1), lastUsedAt: null }, "expiring"],
    ["its end", { expiresAt: at(0), lastUsedAt: at(0) }, "expired"],
  ])("%s: %o is %s", (_, token, state) => {
    expect(stateOf(token, now)).toBe(state);
  });

  it("ends at the instant that it names", () => {
    expect(hasEnded({ expiresAt: at(1) }, now)).toBe(false);
    expect(hasEnded({ expiresAt: at(0) }, now)).toBe(true);
    expect(hasEnded({ expiresAt: null }, now)).toBe(false);
  });
});
