import { describe, expect, it } from "vitest";
import type { Resource } from "../../../src/oauth/server/context.ts";
import {
  audienceOf,
  chooseTargets,
  servesAll,
  type Targets,
} from "../../../src/oauth/server/targets.ts";

const known: ReadonlyMap<string, Resource> = new Map(
  [
    { id: "urn:a:orders", apis: new Set(["orders"]) },
    { id: "urn:a:sales", apis: new Set(["orders", "invoices"]) },
    { id: "urn:a:all", apis: undefined },
  ].map((resource) => [resource.id, resource]),
);

function choose(...named: readonly string[]): Targets {
  const targets = chooseTargets(named, known);
  if (targets === undefined) throw new Error("unknown");
  return targets;
}

describe("chooseTargets", () => {
  it("RFC 8707 none are all, and one that is unknown spoils the others", () => {
    expect(choose().resources).toHaveLength(3);
    expect(choose().areNamed).toBe(false);
    expect(chooseTargets(["urn:a:orders", "urn:a:other"], known)).toBeUndefined();
    expect(chooseTargets(["URN:a:orders"], known)).toBeUndefined();
    expect(choose("urn:a:orders", "urn:a:orders").resources).toHaveLength(1);
  });

  it("serves together what its resources serve", () => {
    expect(choose("urn:a:orders", "urn:a:sales").apis).toEqual(new Set(["orders", "invoices"]));
    expect(choose("urn:a:orders", "urn:a:all").apis).toBeUndefined();
  });
});

describe("what is served", () => {
  it("is all or not", () => {
    const levels = { orders: "read", invoices: "full" } as const;
    expect(servesAll(choose("urn:a:orders"), levels)).toBe(false);
    expect(servesAll(choose("urn:a:sales"), levels)).toBe(true);
    expect(servesAll(choose("urn:a:all"), levels)).toBe(true);
  });
});

describe("audienceOf", () => {
  it("R7519-04 ASVS 9.2.4 is what was named, or each that serves one of the APIs", () => {
    expect(audienceOf(choose("urn:a:orders"), { orders: "read" })).toBe("urn:a:orders");
    expect(audienceOf(choose("urn:a:orders", "urn:a:all"), { orders: "read" })).toEqual([
      "urn:a:orders",
      "urn:a:all",
    ]);
    expect(audienceOf(choose(), { invoices: "read" })).toEqual(["urn:a:sales", "urn:a:all"]);
    expect(audienceOf(choose(), { other: "read" })).toBe("urn:a:all");
  });
});
