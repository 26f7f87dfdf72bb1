import { describe, expect, test } from "vitest";
import { pairOf } from "../../src/lifecycle/rotation.ts";
import type { Occupant } from "../../src/lifecycle/slots.ts";

const now = 1_800_000_000_000;

const token = (slot: string | null, expiresAt: number | null = null): Occupant => ({
  id: `${slot} until ${expiresAt}`,
  slot,
  expiresAt,
});

describe("pairOf", () => {
  test("CORE-31 sorts tokens into their slots, in whatever order they come", () => {
    const [primary, backup, pending] = [
      token("primary"),
      token("backup"),
      token("pending", now + 1),
    ];
    const pair = { primary, backup, pending, expired: [] };
    expect(pairOf([primary, backup, pending], now)).toStrictEqual(pair);
    expect(pairOf([pending, backup, primary], now)).toStrictEqual(pair);
  });

  test("CORE-31 a slot without a token is empty", () => {
    const empty = { primary: undefined, backup: undefined, pending: undefined, expired: [] };
    expect(pairOf([], now)).toStrictEqual(empty);
    const primary = token("primary");
    expect(pairOf([primary], now)).toStrictEqual({ ...empty, primary });
  });

  test("CORE-26 an expired token counts as absent from its instant on, and is to be cleared", () => {
    const before = token("backup", now + 1);
    expect(pairOf([before], now)).toMatchObject({ backup: before, expired: [] });
    const tokens = [token("primary", now), token("backup", now - 1), token("pending", now)];
    expect(pairOf(tokens, now)).toStrictEqual({
      ...{ primary: undefined, backup: undefined, pending: undefined },
      expired: tokens,
    });
  });

  test("an expired token does not hide the living one of its slot", () => {
    const [old, present] = [token("pending", now - 1), token("pending", now + 1)];
    expect(pairOf([old, present], now)).toMatchObject({ pending: present, expired: [old] });
  });

  test("tokens without a slot of a pair are in none", () => {
    expect(pairOf([token(null), token("1")], now)).toStrictEqual({
      ...{ primary: undefined, backup: undefined, pending: undefined },
      expired: [],
    });
  });
});
