import { describe, expect, test } from "vitest";
import { manySliding } from "../../src/index.ts";
import { createWorld, KINDS } from "../support/world.ts";

describe("the public rules", () => {
  const { rules } = createWorld({
    kinds: { ...KINDS, few: manySliding({ prefix: "acme_few", maxPerOwner: 3 }) },
  }).tokens;

  test("are the kinds and APIs by name, every default filled in", () => {
    expect(Object.keys(rules.kinds)).toEqual([...Object.keys(KINDS), "few"]);
    expect(rules.kinds.personal).toEqual({
      ...{ prefix: "acme_pat", slots: "single", maxPerOwner: null, backupFor: null },
      ...{ expiry: { type: "fixed", after: { days: 180 } }, access: "owner" },
      ...{ replacement: "revoke-first", confirmRotation: false, confirmWithin: { hours: 1 } },
      ...{
        issuedBy: "owner",
        budgetPercent: 50,
        reminders: [{ days: 30 }, { days: 7 }, { days: 1 }],
      },
    });
    expect(rules.kinds.application).toMatchObject({ slots: "many", issuedBy: "manager" });
    expect(rules.kinds.web).toMatchObject({ slots: "pair", confirmRotation: true });
    expect(rules.kinds.few).toMatchObject({ slots: "many", maxPerOwner: 3 });
    expect(rules.apis.invoices).toEqual({
      limit: 1000,
      windowMs: 60_000,
      methods: ["GET", "POST"],
    });
  });

  test("are JSON, and frozen all through", () => {
    expect(JSON.parse(JSON.stringify(rules))).toEqual(rules);
    const parts: unknown[] = [rules];
    for (const part of parts) {
      if (typeof part !== "object" || part === null) continue;
      expect(Object.isFrozen(part)).toBe(true);
      parts.push(...Object.values(part));
    }
    expect(parts.length).toBeGreaterThan(50);
  });
});
