import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { SecretHolder } from "../../src/elements/secret-holder.ts";

describe("what holds a new secret", () => {
  it("gives it until it is cleared", () => {
    const holder = new SecretHolder("acme_pat_1234");
    expect(holder.read()).toBe("acme_pat_1234");
    holder.clear();
    expect(holder.read()).toBeUndefined();
    expect(holder.isEmpty).toBe(true);
  });

  it("is empty where the secret is lost", () => {
    expect(new SecretHolder(null).isEmpty).toBe(true);
  });

  it("shows it in no text", () => {
    const holder = new SecretHolder("acme_pat_1234");
    for (const text of [String(holder), JSON.stringify(holder), inspect(holder, { depth: 9 })])
      expect(text).not.toContain("acme");
  });
});
