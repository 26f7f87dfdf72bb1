import { describe, expect, it } from "vitest";
import { createKnownTokens, type KnownToken } from "../../../src/oauth/verifier/known-token.ts";
import { sampleClaims } from "./parent-samples.ts";

function kept(profile: unknown): KnownToken {
  const known = createKnownTokens(() => profile)(sampleClaims());
  known.freeze();
  return known;
}

describe("a token that is kept", () => {
  it("cannot be changed by who was handed it", () => {
    const { claims, token, owner } = kept({ roles: ["admin"] });
    const profile = owner.profile as { readonly roles: string[] };
    expect(() => profile.roles.push("root")).toThrow(TypeError);
    for (const part of [claims, claims.tokenry, token, owner, owner.access])
      expect(Object.isFrozen(part)).toBe(true);
  });

  it("has a profile that holds itself, or bytes", () => {
    const profile: Record<string, unknown> = { avatar: new Uint8Array(4), at: new Date(0) };
    profile.self = profile;
    const { owner } = kept(profile);
    expect(owner.profile).toBe(profile);
    expect(Object.isFrozen(profile)).toBe(true);
  });
});
