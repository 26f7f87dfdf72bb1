import { describe, expect, test } from "vitest";
import { cell, holdsSecret, jsonText } from "../../src/cli/shown.ts";
import { createWorld } from "../support/world.ts";

describe("JSON", () => {
  test("is the same value, without what a terminal would obey", () => {
    const value = { name: "a\u001b[2J\u009b31m\u202e\u200f\u2028\u007f\nb", list: [1, "é"] };
    for (const indent of [0, 2]) {
      const text = jsonText(value, indent);
      expect(JSON.parse(text)).toEqual(value);
      expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u2028\u202e\u200f]/u);
      expect(text.includes("\n")).toBe(indent > 0);
    }
  });
});

test.each(["\u200e", "\u200f", "\u061c", "\u202e", "\u2066", "\u009b", "\n"])(
  "a text in a line has no %j",
  (character) => {
    expect(cell(`a${character}b`)).toBe("a\ufffdb");
  },
);

describe("a secret in a text", () => {
  const BEFORE = ["", "x", "ci_", "CI_", "my_old_", "https://x.example/?t=", "é", "9", "_", "__"];

  test.each(BEFORE)("is found whatever stands before it: %j", async (before) => {
    const { secret } = await createWorld().issue();
    expect(holdsSecret(before + secret.reveal())).toBe(true);
    expect(holdsSecret(`${before}${secret.reveal()} and more`)).toBe(true);
    // As a value is cut, so is its checksum.
    expect(holdsSecret(before + secret.reveal().slice(0, -1))).toBe(false);
  });

  test("is looked for in time that grows with the text's length alone", () => {
    const texts = ["a".repeat(120_000), "a_".repeat(60_000), `${"a".repeat(38)}_`.repeat(3000)];
    const began = performance.now();
    for (const text of texts) expect(holdsSecret(text)).toBe(false);
    expect(performance.now() - began).toBeLessThan(2000);
  });
});
