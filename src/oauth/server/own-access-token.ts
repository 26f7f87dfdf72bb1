import { createLocalJWKSet, type JWTVerifyGetKey } from "jose";
import type { AccessTokenClaims } from "../claims.ts";
import { ALGORITHMS } from "../keys/key-record.ts";
import type { SigningKeys } from "../keys/signing-keys.ts";
import { readToken } from "../verifier/read-token.ts";
import type { ServerContext } from "./context.ts";

type Published = Awaited<ReturnType<SigningKeys["published"]>>;

/** By the set that was published, so that keys are imported once in its life. */
const finders = new WeakMap<Published, JWTVerifyGetKey>();

function finderOf(published: Published): JWTVerifyGetKey {
  const known = finders.get(published);
  if (known !== undefined) return known;
  const finder = createLocalJWKSet({ keys: [...published.keys] });
  finders.set(published, finder);
  return finder;
}

/**
 * Reads an access token that this server has signed and that has not expired, whatever became of it since; `undefined` for anything else, and
 * nobody is told what it was. Rejects when the keys cannot be had.
 */
export async function readOwnAccessToken(
  { keys, issuer, resources }: ServerContext,
  token: string,
  now: number,
): Promise<AccessTokenClaims | undefined> {
  const rules = {
    issuer,
    audience: [...resources.keys()],
    algorithms: [...ALGORITHMS],
    toleranceMs: 0,
    keys: finderOf(await keys.published()),
  };
  const read = await readToken(rules, token, now);
  return read.ok ? read.claims : undefined;
}
