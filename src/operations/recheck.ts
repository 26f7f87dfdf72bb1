import { decideNetwork } from "../network/decide.ts";
import type { Context } from "./context.ts";
import { readCredential, type TokenCredential } from "./find-reference.ts";
import { accessOf, type Grant, granted } from "./grant.ts";
import { refuse } from "./refusals.ts";
import { type StandingToken, standingOf } from "./standing-of.ts";
import { denied } from "./verify.ts";

/** Tells whether a token still stands. See `Tokenry.recheck`. Nothing is recorded, as nothing was tried. */
export async function recheck(context: Context, credential: TokenCredential): Promise<Grant> {
  const read = readCredential(context, credential);
  if (typeof read === "string") return refuse(read);
  try {
    const standing = await standingOf(context, read);
    if ("ok" in standing) return standing;
    const { prepared, against } = standing;
    if (against !== undefined) return denied(against, prepared);
    // Nobody knows from where a secret would be used; what a reference names was let through by its network before.
    if (read.type === "secret" && !mayComeFromAnywhere(standing))
      return denied("network_denied", prepared);
    return granted(standing, accessOf(standing, ANYTHING) ?? {});
  } catch (cause) {
    context.report(cause);
    return refuse("unavailable");
  }
}

const ANYTHING = { access: undefined, apis: undefined };

function mayComeFromAnywhere({ context, found, prepared }: StandingToken): boolean {
  const zones = context.preparation.zones(found.zones);
  if (prepared.network === undefined || zones === undefined) return false;
  return decideNetwork(prepared.network, zones, undefined).allowed;
}
