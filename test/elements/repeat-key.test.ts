import { describe, expect, it } from "vitest";
import { RepeatKey } from "../../src/elements/repeat-key.ts";

describe("the key of a request that may be tried again", () => {
  it("is the same as long as the same is asked for", () => {
    const key = new RepeatKey();
    const first = key.of({ name: "a" });
    expect(first).toMatch(/^[0-9a-f]{32}$/);
    expect(key.of({ name: "a" })).toBe(first);
  });

  it("is another for another request, and once it is known what became of the first", () => {
    const key = new RepeatKey();
    const first = key.of({ name: "a" });
    const second = key.of({ name: "b" });
    expect(second).not.toBe(first);
    key.forget();
    expect(key.of({ name: "b" })).not.toBe(second);
    expect(new RepeatKey().of({ name: "b" })).not.toBe(second);
  });
});
