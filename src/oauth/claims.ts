import type { JWTPayload } from "jose";

/**
 * The claims of an access token, as RFC 9068 asks for them, and tokenry's own in one member.
 *
 * Source: R9068-03, and `cnf` of RFC 9449 section 6.1.
 */
export interface AccessTokenClaims {
  readonly iss: string;
  /** The owner's id. */
  readonly sub: string;
  readonly aud: string | readonly string[];
  readonly client_id: string;
  /** Seconds since 1970. */
  readonly iat: number;
  /** Seconds since 1970: the first at which it is no longer accepted. */
  readonly exp: number;
  readonly jti: string;
  readonly scope: string;
  /** The thumbprint of the key that the token is bound to. */
  readonly cnf?: { readonly jkt: string };
  readonly tokenry: TokenClaims;
}

/** The API token that an access token was made from. */
export interface TokenClaims {
  readonly id: string;
  readonly kind: string;
  readonly account: string;
  readonly hint: string;
  /** Milliseconds since 1970: when its secret was made. */
  readonly secretCreatedAt: number;
  /** What it may spend on each API: its own share and its account's maximum, in a window of so many milliseconds. */
  readonly budgets: Readonly<Record<string, readonly [number, number, number]>>;
  /** What `full` is on an API that does not have just the standard methods. */
  readonly methods?: Readonly<Record<string, readonly string[]>>;
}

/** Longest text in a claim: names, ids and URLs are far shorter. */
const LONGEST = 2048;

/** Reads verified claims; `undefined` if one is missing or of another shape. Members that nobody here knows are passed over. */
export function readClaims(payload: JWTPayload): AccessTokenClaims | undefined {
  const { iss, sub, client_id: clientId, jti, scope, aud, iat, exp, cnf, tokenry } = payload;
  const isNamed = isText(iss) && isText(sub) && isText(clientId) && isText(jti);
  // A token for nothing has an empty scope.
  if (!isNamed || typeof scope !== "string" || !isAudience(aud)) return undefined;
  if (!isTime(iat) || !isTime(exp) || !isConfirmation(cnf)) return undefined;
  // A cast: every member that the type names has just been looked at.
  return isTokenClaims(tokenry) ? (payload as unknown as AccessTokenClaims) : undefined;
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= LONGEST;
}

function isAudience(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 && value.every(isText) : isText(value);
}

function isTime(value: unknown): boolean {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

/** A confirmation in another way, by a certificate say (R8705-02), cannot be checked: such a token is refused. */
function isConfirmation(value: unknown): boolean {
  if (value === undefined) return true;
  if (!isRecord(value)) return false;
  const members = Object.keys(value);
  return members.length === 1 && members[0] === "jkt" && isText(value.jkt);
}

function isTokenClaims(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { id, kind, account, hint, secretCreatedAt, budgets, methods = {} } = value;
  const hasTexts = isText(id) && isText(kind) && isText(account) && typeof hint === "string";
  return hasTexts && isTime(secretCreatedAt) && isBudgets(budgets) && isMethods(methods);
}

function isBudgets(value: unknown): boolean {
  if (!isRecord(value)) return false;
  for (const api in value) if (!isBudget(value[api])) return false;
  return true;
}

function isMethods(value: unknown): boolean {
  if (!isRecord(value)) return false;
  for (const api in value) {
    const names = value[api];
    if (!Array.isArray(names) || !names.every(isText)) return false;
  }
  return true;
}

function isBudget(value: unknown): boolean {
  if (!Array.isArray(value) || value.length !== 3) return false;
  const [limit, accountLimit, windowMs] = value;
  return isCount(limit) && isCount(accountLimit) && isCount(windowMs);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
