// What pages in TypeScript see of the elements.
import { expectTypeOf } from "vitest";
import type {
  AllRevokedDetail,
  TokenEventDetail,
  TokenryEvents,
  TokenryTokens,
} from "../../src/elements/index.ts";

const tokens = document.querySelector("tokenry-tokens");
expectTypeOf(tokens).toEqualTypeOf<TokenryTokens | null>();
expectTypeOf(document.createElement("tokenry-events")).toEqualTypeOf<TokenryEvents>();
if (tokens !== null) tokens.rotationCode = "code";

const section = document.createElement("section");
section.addEventListener("tokenry-issued", ({ detail }) => {
  expectTypeOf(detail).toEqualTypeOf<TokenEventDetail>();
});
section.addEventListener("tokenry-revoked", ({ detail }) => {
  expectTypeOf(detail).toEqualTypeOf<TokenEventDetail | AllRevokedDetail>();
});
section.addEventListener("tokenry-signed-out", (event) => event.preventDefault());
// @ts-expect-error it tells which zone
section.addEventListener("tokenry-zones-changed", ({ detail }) => detail.tokenId);
