import QuickLRU from "quick-lru";
import type { Levels } from "../../access/available.ts";
import type { JsonValue, Owner, Token } from "../../model.ts";
import type { AccessTokenClaims } from "../claims.ts";
import { levelsAmong, parseScope } from "../scope.ts";

/** An access token whose signature was good, with all that a call needs of it. */
export class KnownToken {
  readonly claims: AccessTokenClaims;
  readonly token: Token;
  readonly owner: Owner;
  readonly levels: Levels;
  /** Milliseconds since 1970. */
  readonly expiresAtMs: number;

  constructor(claims: AccessTokenClaims, levels: Levels, profile: MakeProfile | undefined) {
    this.claims = claims;
    this.levels = levels;
    this.expiresAtMs = claims.exp * 1000;
    this.token = tokenOf(claims, levels);
    this.owner = ownerOf(claims, levels, profile);
  }

  /** Makes it fit to be kept: a handler that writes to what it was handed would change what later calls are decided by. */
  freeze(): void {
    for (const part of [this.claims, this.token, this.owner]) freezeWhole(part);
  }

  /** The same claims, as verdicts hand them out. */
  get publicClaims(): Readonly<Record<string, JsonValue>> {
    // A cast: they were read from JSON.
    return this.claims as unknown as Readonly<Record<string, JsonValue>>;
  }
}

/** Makes `owner.profile`. */
export type MakeProfile = (claims: AccessTokenClaims) => unknown;

/** Scopes kept: many tokens have the same. */
const MAX_SCOPES = 1000;

/** Makes verified claims ready for calls. */
export function createKnownTokens(
  profile: MakeProfile | undefined,
): (claims: AccessTokenClaims) => KnownToken {
  const levelsByScope = new QuickLRU<string, Levels>({ maxSize: MAX_SCOPES });
  const levelsOf = (scope: string): Levels => {
    const known = levelsByScope.get(scope);
    if (known !== undefined) return known;
    const levels = levelsAmong(parseScope(scope) ?? []);
    levelsByScope.set(scope, levels);
    return levels;
  };
  return (claims) => new KnownToken(claims, levelsOf(claims.scope), profile);
}

/** What the access token tells of its API token. Its times are the access token's own; what it does not tell is empty. */
function tokenOf({ sub, iat, exp, tokenry }: AccessTokenClaims, levels: Levels): Token {
  const issuedAt = new Date(iat * 1000);
  return {
    id: tokenry.id,
    kind: tokenry.kind,
    owner: sub,
    account: tokenry.account,
    name: "",
    slot: null,
    hint: tokenry.hint,
    access: levels,
    network: null,
    budgets: NO_BUDGETS,
    createdAt: issuedAt,
    createdBy: sub,
    updatedAt: issuedAt,
    expiresAt: new Date(exp * 1000),
    lastUsedAt: null,
  };
}

const NO_BUDGETS = Object.freeze({});

function ownerOf(
  claims: AccessTokenClaims,
  levels: Levels,
  profile: MakeProfile | undefined,
): Owner {
  const owner = { id: claims.sub, account: claims.tokenry.account, active: true, access: levels };
  return profile === undefined ? owner : { ...owner, profile: profile(claims) };
}

/** Plain objects and lists; a profile of the host's may hold anything else, itself too. */
function freezeWhole(value: unknown): void {
  if (typeof value !== "object" || value === null || value instanceof Date) return;
  // Bytes cannot be frozen.
  if (Object.isFrozen(value) || ArrayBuffer.isView(value)) return;
  Object.freeze(value);
  for (const member of Object.values(value)) freezeWhole(member);
}
