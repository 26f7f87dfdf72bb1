import type { Context } from "./context.ts";
import { readCredential, type TokenCredential } from "./find-reference.ts";
import { accessOf, type Grant, granted } from "./grant.ts";
import { refuse } from "./refusals.ts";
import { standingOf } from "./standing-of.ts";
import { denied, mayComeFrom } from "./verify.ts";

/** Tells whether a token still stands. See `Tokenry.recheck`. */
export async function recheck(context: Context, credential: TokenCredential): Promise<Grant> {
  const read = readCredential(context, credential);
  if (typeof read === "string") return refuse(read);
  try {
    const standing = await standingOf(context, read, undefined);
    if ("ok" in standing) return standing;
    // Nobody knows from where a secret was used; what a reference names was let through by its network before.
    if (read.type === "secret" && !mayComeFrom(standing))
      return denied("network_denied", standing.prepared);
    return granted(standing, accessOf(standing, undefined) ?? {});
  } catch (cause) {
    context.report(cause);
    return refuse("unavailable");
  }
}
