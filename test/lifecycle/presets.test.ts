import { describe, expect, test } from "vitest";
import { resolveKind } from "../../src/lifecycle/kind.ts";
import {
  manyChoice,
  manySliding,
  type PresetOptions,
  primaryBackup,
  singleFixed,
} from "../../src/lifecycle/presets.ts";
import type { TokenKind } from "../../src/model.ts";

const prefix = "acme_pat";
const presets: readonly [string, (options: PresetOptions) => TokenKind][] = [
  ["singleFixed", singleFixed],
  ["manySliding", manySliding],
  ["manyChoice", manyChoice],
  ["primaryBackup", primaryBackup],
];

describe("IND-41 the presets, as in the table of the design", () => {
  test("OWN-02 OWN-04 OWN-05 OWN-11 singleFixed: one, 180 days, revoke first, the owner's access", () => {
    expect(singleFixed({ prefix })).toStrictEqual({
      prefix,
      slots: "single",
      expiry: { type: "fixed", after: { days: 180 } },
      access: "owner",
      replacement: "revoke-first",
    });
  });

  test("OKT-20 OKT-24 OKT-27 OKT-62 manySliding: many, 30 days unused, half of each rate", () => {
    expect(manySliding({ prefix })).toStrictEqual({
      prefix,
      slots: "many",
      expiry: { type: "sliding", unusedFor: { days: 30 } },
      access: "owner",
      replacement: "revoke-first",
      budgetPercent: 50,
    });
  });

  test("CRT-01 CRT-03 CRT-05 CRT-08 CRT-10 manyChoice: many, by managers, 3, 6 or 12 months, levels, in place", () => {
    expect(manyChoice({ prefix })).toStrictEqual({
      prefix,
      slots: "many",
      expiry: {
        type: "choice",
        options: [{ months: 3 }, { months: 6 }, { months: 12 }],
        default: { months: 6 },
      },
      access: "granted",
      replacement: "regenerate",
      issuedBy: "manager",
    });
  });

  test("EDG-08 EDG-09 EDG-16 primaryBackup: a pair, confirmed rotation, no expiry, the owner's access", () => {
    expect(primaryBackup({ prefix })).toStrictEqual({
      prefix,
      slots: "pair",
      expiry: { type: "never" },
      access: "owner",
      replacement: "rotate",
      confirmRotation: true,
    });
  });
});

describe.each(presets)("%s", (_, preset) => {
  test("is a kind that passes the checks", () => {
    expect(resolveKind("any", preset({ prefix }), "kinds.any").prefix).toBe(prefix);
  });

  test("takes over whatever is to differ", () => {
    const overrides: PresetOptions = {
      prefix: "other",
      formerPrefixes: ["acme"],
      slots: "many",
      maxPerOwner: 5,
      expiry: { type: "fixed", after: { years: 1 } },
      access: "granted",
      replacement: "regenerate",
      confirmRotation: false,
      issuedBy: "owner",
      budgetPercent: 25,
      reminders: [],
    };
    expect(preset(overrides)).toStrictEqual(overrides);
  });

  test("makes a kind of its own each time", () => {
    expect(preset({ prefix })).not.toBe(preset({ prefix }));
    const options = { prefix };
    expect(preset(options)).not.toBe(options);
    expect(options).toStrictEqual({ prefix });
  });
});
