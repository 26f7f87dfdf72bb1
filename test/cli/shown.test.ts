import { describe, expect, test } from "vitest";
import { jsonText } from "../../src/cli/shown.ts";

describe("JSON", () => {
  test("is the same value, without what a terminal would obey", () => {
    const value = { name: "a\u001b[2J\u009b31m\u202e\u2028\u007f\nb", list: [1, "é"] };
    for (const indent of [0, 2]) {
      const text = jsonText(value, indent);
      expect(JSON.parse(text)).toEqual(value);
      expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u2028\u202e]/u);
      expect(text.includes("\n")).toBe(indent > 0);
    }
  });
});
