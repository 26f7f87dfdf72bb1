import { base64url, SignJWT } from "jose";
import type { Levels } from "../../access/available.ts";
import { STANDARD_METHODS } from "../../access/level.ts";
import type { AccessTokenClaims, TokenClaims } from "../claims.ts";
import type { SigningKey } from "../keys/signing-keys.ts";
import { scopesOf } from "../scope.ts";
import type { GrantedFacts } from "./context.ts";

/** What an access token is made of. */
export interface AccessTokenFacts {
  readonly issuer: string;
  readonly grant: GrantedFacts;
  /** What it opens: no more than was granted. */
  readonly levels: Levels;
  readonly audience: string | readonly string[];
  /** `undefined`: the client has no name but its owner's. */
  readonly clientId: string | undefined;
  /** The thumbprint of the key that it is bound to. */
  readonly thumbprint: string | undefined;
  readonly lifetimeMs: number;
}

const JTI_BYTES = 16;

/** The claims of a new access token; `undefined` when its API token ends within this second. Source: R9068-03. */
export function claimsFor(
  facts: AccessTokenFacts,
  jti: string,
  now: number,
): AccessTokenClaims | undefined {
  const { issuer, grant, levels, audience, clientId, thumbprint, lifetimeMs } = facts;
  const { owner, token } = grant;
  const iat = Math.floor(now / 1000);
  // Never beyond the API token itself.
  const endsAt = Math.min(now + lifetimeMs, token.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY);
  const exp = Math.floor(endsAt / 1000);
  if (exp <= iat) return undefined;
  return {
    ...{ iss: issuer, sub: owner.id, aud: audience, client_id: clientId ?? owner.id },
    ...{ iat, exp, jti, scope: scopesOf(levels).join(" ") },
    ...(thumbprint === undefined ? {} : { cnf: { jkt: thumbprint } }),
    tokenry: tokenClaims(grant),
  };
}

function tokenClaims({ token, secretCreatedAt, budgets, methods }: GrantedFacts): TokenClaims {
  const { id, kind, account, hint } = token;
  const triples = Object.entries(budgets).flatMap(([api, budget]) => {
    if (budget === undefined) return [];
    return [[api, [budget.limit, budget.accountLimit, budget.windowMs]] as const];
  });
  const unusual = Object.entries(methods).filter(([, names]) => !isStandard(names ?? []));
  return {
    ...{ id, kind, account, hint, secretCreatedAt, budgets: Object.fromEntries(triples) },
    // A cast: of an API that there is methods are always told.
    ...(unusual.length > 0 && { methods: Object.fromEntries(unusual) as TokenMethods }),
  };
}

type TokenMethods = NonNullable<TokenClaims["methods"]>;

function isStandard(methods: readonly string[]): boolean {
  const isSame = methods.length === STANDARD_METHODS.length;
  return isSame && STANDARD_METHODS.every((method) => methods.includes(method));
}

/** A name for one access token that nobody can guess: 128 bits of randomness. */
export function newJti(): string {
  return base64url.encode(crypto.getRandomValues(new Uint8Array(JTI_BYTES)));
}

/** Signs an access token (R9068-01, R9068-02). Claims of the host's own never take the place of others. */
export async function signAccessToken(
  { algorithm, kid, privateKey }: SigningKey,
  claims: AccessTokenClaims,
  more: Readonly<Record<string, unknown>>,
): Promise<string> {
  const { aud } = claims;
  return new SignJWT({ ...more, ...claims, aud: typeof aud === "string" ? aud : [...aud] })
    .setProtectedHeader({ alg: algorithm, kid, typ: "at+jwt" })
    .sign(privateKey);
}
