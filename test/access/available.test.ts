import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { availableAccess, type Levels, narrowedAccess } from "../../src/access/available.ts";
import { decideAccess } from "../../src/access/decide.ts";
import type { Access, Level } from "../../src/model.ts";

const APIS = new Map([
  ["orders", { methods: new Set(["GET", "POST", "DELETE"]) }],
  ["invoices", { methods: new Set(["GET"]) }],
  ["jobs", { methods: new Set(["POST"]) }],
]);
const OWNER = {};

describe("all that a token and its owner may do", () => {
  test.each<[string, { methods?: string[]; access?: Access }, Levels | null, Levels]>([
    ["an owner without limits", {}, null, { orders: "full", invoices: "full", jobs: "full" }],
    [
      "EDG-05 an owner who may only GET",
      { methods: ["GET"] },
      null,
      { orders: "read", invoices: "full" },
    ],
    ["OKT-27 live privileges", { access: { orders: "read" } }, null, { orders: "read" }],
    [
      "CRT-05 levels of the token",
      {},
      { orders: ["GET", "POST"], jobs: "none" },
      { orders: ["GET", "POST"] },
    ],
    ["both", { methods: ["GET", "POST"] }, { orders: "full" }, { orders: ["GET", "POST"] }],
    ["nothing", { methods: [] }, null, {}],
    ["AP-5 an API that is no longer there", {}, { gone: "full" }, {}],
  ])("%s", (_name, owner, granted, expected) => {
    expect(availableAccess(APIS, { owner, granted })).toEqual(expected);
  });
});

describe("what was asked for of it", () => {
  const holder = { owner: OWNER, granted: { orders: "read", invoices: "read" } } as const;
  test.each<[string, Levels, Levels | undefined]>([
    ["all of it", { orders: "read", invoices: "read" }, { orders: "read", invoices: "full" }],
    ["less", { orders: "read" }, { orders: "read" }],
    ["nothing", {}, {}],
    ["none", { orders: "none" }, {}],
    ["HEAD, which is a GET", { orders: ["HEAD"] }, { orders: "read" }],
    ["a wider level", { orders: "full" }, undefined],
    ["a method more", { orders: ["GET", "POST"] }, undefined],
    ["another API", { jobs: "full" }, undefined],
    ["a property of every object", Object.fromEntries([["toString", "read"]]), undefined],
    ["one too much beside one that is not", { orders: "read", jobs: ["POST"] }, undefined],
  ])("%s", (_name, requested, expected) => {
    expect(narrowedAccess(requested, APIS, holder)).toEqual(expected);
  });
});

const level = (): fc.Arbitrary<Level> =>
  fc.oneof(
    fc.constantFrom<Level>("none", "read", "full"),
    fc.subarray(["GET", "POST", "DELETE", "PATCH"]),
  );
const levels = (): fc.Arbitrary<Record<string, Level>> =>
  fc.dictionary(fc.constantFrom("orders", "invoices", "jobs"), level());

test("CORE-41, AP-5 nothing is ever available, or handed on, that a call would be denied", () => {
  fc.assert(
    fc.property(
      fc.record(
        { methods: fc.subarray(["GET", "POST", "DELETE"]), access: levels() },
        { requiredKeys: [] },
      ),
      fc.option(levels()),
      levels(),
      (owner, granted, requested) => {
        const holder = { owner, granted };
        const available = availableAccess(APIS, holder);
        const narrowed = narrowedAccess(requested, APIS, holder);
        for (const [api, { methods }] of APIS) {
          for (const method of methods) {
            const question = { api, apiMethods: methods, method };
            const mayCall = decideAccess({ ...question, ...holder });
            expect(decideAccess({ ...question, owner: {}, granted: available })).toBe(mayCall);
            const isAsked = decideAccess({ ...question, owner: {}, granted: requested });
            if (isAsked && !mayCall) expect(narrowed).toBeUndefined();
            if (narrowed !== undefined)
              expect(decideAccess({ ...question, owner: {}, granted: narrowed })).toBe(isAsked);
          }
        }
      },
    ),
  );
});
