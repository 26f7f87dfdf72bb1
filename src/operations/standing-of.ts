import type { ResolvedKind } from "../lifecycle/kind.ts";
import type { Owner, Refused } from "../model.ts";
import type { FoundToken } from "../ports/repository.ts";
import type { PreparedToken, Standing } from "../state/prepared.ts";
import type { Context } from "./context.ts";
import { findByCredential, type ReadCredential } from "./find-reference.ts";
import { refuse } from "./refusals.ts";
import { denied, hasExpired } from "./verify.ts";

/** A living token of a known kind, and how its owner stands. */
export interface StandingToken {
  readonly context: Context;
  readonly now: number;
  readonly found: FoundToken;
  readonly prepared: PreparedToken;
  readonly kind: ResolvedKind;
  /** What stands against the owner; `undefined`: nothing. */
  readonly against: Exclude<Standing, "ok"> | undefined;
  /** As the directory knows it; only where nothing stands against it is it sure to be there. */
  readonly owner: Owner;
}

/** The checks of verify up to the owner, for a call that is of no single API. Nothing is recorded. */
export async function standingOf(
  context: Context,
  credential: ReadCredential,
): Promise<StandingToken | Refused> {
  const now = context.now();
  const found = await findByCredential(context, credential);
  if (found === undefined) return refuse("unknown_token");
  const prepared = context.preparation.token(found);
  const { kind } = prepared;
  if (kind === undefined) return refuse("unknown_token");
  if (hasExpired(context, found.token, now)) return denied("expired_token", prepared);
  const answer = await context.owners.get(found.token.owner, now);
  context.preparation.meet(prepared, answer);
  const { standing } = prepared;
  const against = standing === "ok" ? undefined : standing;
  // A cast: whoever reads it looks at `against` first.
  return { context, now, found, prepared, kind, against, owner: answer.owner as Owner };
}
