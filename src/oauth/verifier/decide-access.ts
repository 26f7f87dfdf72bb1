import { levelAllows, neededMethod, STANDARD_METHODS } from "../../access/level.ts";
import { type AccessRequirement, isPermitted } from "../../access/requirement.ts";
import type { Level } from "../../model.ts";
import type { AccessTokenClaims } from "../claims.ts";
import type { AskedCall } from "./check-call.ts";
import type { KnownToken } from "./known-token.ts";

/**
 * Whether the scope of a token is enough for a call. `full` is every method that the API had when the token was made, as with an API token.
 *
 * @throws TypeError for a predicate that does not answer with true or false.
 */
export function allows(
  { levels, owner, claims }: Pick<KnownToken, "levels" | "owner" | "claims">,
  { api, method, requires }: Pick<AskedCall, "api" | "method" | "requires">,
): boolean {
  const level = Object.hasOwn(levels, api) ? levels[api] : undefined;
  const needed = neededMethod(method);
  if (level === undefined || !levelAllows(level, needed)) return false;
  if (!methodsOf(claims, api).includes(needed)) return false;
  if (requires === undefined) return true;
  return holds(level, requires.level) && isPermitted(requires.permits, owner);
}

function methodsOf({ tokenry }: AccessTokenClaims, api: string): readonly string[] {
  const { methods = {} } = tokenry;
  return (Object.hasOwn(methods, api) ? methods[api] : undefined) ?? STANDARD_METHODS;
}

function holds(level: Level, needed: AccessRequirement["level"]): boolean {
  if (needed === undefined) return true;
  if (needed === "full") return level === "full";
  const methods = needed === "read" ? ["GET"] : needed;
  return methods.every((method) => levelAllows(level, neededMethod(method)));
}
