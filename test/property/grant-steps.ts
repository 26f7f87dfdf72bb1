import fc from "fast-check";
import type { GrantRequest, Level } from "../../src/index.ts";
import type { Call } from "./calls.ts";
import type { CredentialCall } from "./model/grant.ts";
import { ADDRESSES } from "./model/rules.ts";
import type { Model } from "./model/state.ts";
import { type Step, secretOf, type Theme, tokenOf } from "./targets.ts";
import { oneIn, optional, pick, seldom } from "./values.ts";

const level = fc.constantFrom<Level>("none", "read", "full", ["GET"], ["POST", "DELETE"]);

const request: fc.Arbitrary<GrantRequest> = fc
  .record({
    access: seldom(optional({ orders: level, reports: level })),
    apis: seldom(fc.subarray(["orders", "reports", "toString"]), 5),
    address: fc.constantFrom(undefined, ...ADDRESSES),
    isOdd: oneIn(20),
  })
  .map(({ isOdd, access, ...others }) => ({
    ...others,
    // Of an API that there is not.
    access: isOdd ? { ...access, toString: "read" as const } : access,
  }));

/** By its secret; or by its id, with the time of the secret that it has, or had, or with any. */
function credentialOf(theme: Theme): fc.Arbitrary<(model: Model) => CredentialCall> {
  return fc
    .record({ pick, isNamed: oneIn(4), isTimed: fc.boolean(), isLate: oneIn(5) })
    .map(({ pick: number, isNamed, isTimed, isLate }) => (model) => {
      if (!isNamed || !theme.isNamed) return secretOf(model, number);
      const { id } = tokenOf(model, number);
      const madeAt = model.tokens.find((token) => token.id === id)?.madeAt ?? model.now;
      return isTimed ? { tokenId: id, secretCreatedAt: madeAt - Number(isLate) } : { tokenId: id };
    });
}

/** What is derived from tokens, and whether it still stands. */
export function grantSteps(
  theme: Theme,
): Readonly<Record<"grant" | "recheck", fc.Arbitrary<Step>>> {
  const credential = credentialOf(theme);
  return {
    grant: fc
      .record({ credential, request })
      .map(({ credential: from, request: asked }) => (model): Call => {
        return { name: "grant", request: { credential: from(model), request: asked } };
      }),
    recheck: credential.map((from) => (model): Call => {
      return { name: "recheck", request: from(model) };
    }),
  };
}
