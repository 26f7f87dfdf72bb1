import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Allowance,
  chooseSlot,
  type Occupant,
  type SlotChoice,
} from "../../src/lifecycle/slots.ts";

const now = 1_800_000_000_000;

const living = (slot: string | null, id = `t${slot}`): Occupant => ({ id, slot, expiresAt: null });
const ending = (slot: string, expiresAt: number): Occupant => ({ id: `t${slot}`, slot, expiresAt });

function choose(allowance: Allowance, occupants: readonly Occupant[], spread = 0): unknown {
  return chooseSlot(allowance, occupants, now, spread);
}

describe.each<Allowance>([{ type: "single" }, { type: "pair" }])(
  "chooseSlot: $type",
  (allowance) => {
    const free = { type: "free", slot: "primary", expired: undefined };

    test("the first token is the primary", () => {
      expect(choose(allowance, [])).toStrictEqual(free);
    });

    test("OWN-04 CORE-30 a living primary leaves no slot", () => {
      expect(choose(allowance, [living("primary")])).toStrictEqual({ type: "slot_taken" });
      expect(choose(allowance, [ending("primary", now + 1)], 7)).toStrictEqual({
        type: "slot_taken",
      });
    });

    test("OWN-06 CORE-26 an expired primary counts as absent at once and is cleared out", () => {
      for (const expiresAt of [now, now - 1, Number.NaN]) {
        expect(choose(allowance, [ending("primary", expiresAt)])).toStrictEqual({
          ...free,
          expired: "tprimary",
        });
      }
    });

    test("a pending rotation counts for nothing, a backup where the kind has no pair", () => {
      expect(choose(allowance, [living("pending")])).toStrictEqual(free);
      const taken = { type: "slot_taken" };
      const expected = allowance.type === "pair" ? free : taken;
      expect(choose(allowance, [living("backup")])).toStrictEqual(expected);
    });
  },
);

describe("chooseSlot: numbered", () => {
  const allowance: Allowance = { type: "numbered", max: 3 };

  test("CORE-33 there are as many slots as allowed, from 1", () => {
    expect([0, 1, 2, 3].map((spread) => choose(allowance, [], spread))).toStrictEqual(
      ["1", "2", "3", "1"].map((slot) => ({ type: "free", slot, expired: undefined })),
    );
  });

  test("CORE-33 when all are taken the limit is reached", () => {
    const all = ["1", "2", "3"].map((slot) => living(slot));
    for (const spread of [0, 1, 4_294_967_295])
      expect(choose(allowance, all, spread)).toStrictEqual({ type: "limit_reached" });
    expect(choose({ type: "numbered", max: 4 }, all)).toMatchObject({ slot: "4" });
  });

  test("CORE-26 an expired token leaves its slot, and is named only if its slot is chosen", () => {
    const tokens = [living("1"), ending("2", now), ending("3", now + 1)];
    expect(choose(allowance, tokens, 5)).toStrictEqual({ type: "free", slot: "2", expired: "t2" });
    expect(choose(allowance, [ending("2", now)], 0)).toMatchObject({
      slot: "1",
      expired: undefined,
    });
  });

  test("T-11 never a living token's slot, any free one by the right spread, none only when full", () => {
    const occupants = fc.uniqueArray(
      fc.record({
        id: fc.uuid(),
        slot: fc.integer({ min: 1, max: 12 }).map(String),
        expiresAt: fc.constantFrom(null, now - 1, now, now + 1),
      }),
      { selector: ({ slot }) => slot },
    );
    fc.assert(
      fc.property(occupants, fc.integer({ min: 1, max: 10 }), fc.nat(), (tokens, max, spread) => {
        const numbers = Array.from({ length: max }, (_, index) => String(index + 1));
        const held = (slot: string): Occupant | undefined =>
          tokens.find((token) => token.slot === slot);
        const free = numbers.filter((slot) => {
          const end = held(slot)?.expiresAt;
          return end === undefined || (end !== null && end <= now);
        });
        // A token of a time with more slots, or none, counts too.
        const living = tokens.filter(({ expiresAt }) => expiresAt === null || expiresAt > now);
        const chosen = Array.from({ length: living.length < max ? free.length : 1 }, (_, step) =>
          chooseSlot({ type: "numbered", max }, tokens, now, spread + step),
        );
        const expected = (living.length < max ? free : []).map(
          (slot): SlotChoice => ({ type: "free", slot, expired: held(slot)?.id }),
        );
        expect(new Set(chosen)).toStrictEqual(
          new Set(expected.length === 0 ? [{ type: "limit_reached" }] : expected),
        );
      }),
    );
  });
});

test("chooseSlot: without a limit there are no slots, however many tokens there are", () => {
  const tokens = [living(null, "a"), living(null, "b"), living("primary")];
  expect(choose({ type: "unlimited" }, tokens, 5)).toStrictEqual({
    type: "free",
    slot: null,
    expired: undefined,
  });
});
