import { checkObject, quoted } from "../../checks.ts";
import type { MoreClaims } from "./context.ts";

/** What an authorization server says itself, or what resource servers would take for its word. */
const OWN: ReadonlySet<string> = new Set([
  ...["iss", "sub", "aud", "client_id", "iat", "nbf", "exp", "jti", "scope"],
  ...["cnf", "act", "may_act", "tokenry"],
]);

/** Holds the host's own claims to what is theirs: a TypeError for one that is not, so that no token is made. */
export function checkMoreClaims(claims: MoreClaims): MoreClaims {
  return async (grant) => {
    const more: unknown = await claims(grant);
    checkObject(more, "what options.claims gives");
    const taken = Object.keys(more).find((name) => OWN.has(name));
    if (taken === undefined) return more;
    throw new TypeError(`what options.claims gives must not hold ${quoted(taken)}`);
  };
}
