import { describe, expect, test } from "vitest";
import { isPermitted } from "../../src/access/requirement.ts";
import type { Owner } from "../../src/model.ts";

const ADA: Owner = { id: "ada", account: "acme", active: true };

describe("isPermitted", () => {
  test("goes by the host's predicate on the owner, and permits without one", () => {
    expect(isPermitted(undefined, ADA)).toBe(true);
    expect(isPermitted(({ id }) => id === "ada", ADA)).toBe(true);
    expect(isPermitted(({ id }) => id === "grace", ADA)).toBe(false);
  });

  test.each([
    ["a promise", async () => true],
    ["a promise that rejects", () => Promise.reject(new Error("no database"))],
    ["a number", () => 1],
    ["nothing", () => undefined],
  ])("%s is no permission but an error, and nothing is left to reject", (_name, answer) => {
    // A cast, as a host without types may do so. What rejects unheard fails the run of the tests.
    expect(() => isPermitted(answer as () => never, ADA)).toThrow(
      new TypeError("request.permits must answer with true or false, at once"),
    );
  });
});
