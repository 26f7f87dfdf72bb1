import type { StoredToken } from "../ports/repository.ts";
import { commit } from "./commit.ts";
import type { Context } from "./context.ts";

/**
 * Moves a token that was found under an old pepper under the current one, in the background (CORE-07).
 *
 * Guarded by the version: a secret regenerated meanwhile stays. A lost race is left to a later call.
 */
export function rehash(context: Context, token: StoredToken, text: string, now: number): void {
  if (!context.rehashes.admits(token.id, now)) return;
  const { current, hash } = context.keyring;
  const set = { hash: hash(text), pepper: current };
  context.background.run(() =>
    commit(context, { update: [{ id: token.id, version: token.version, set }], events: [] }),
  );
}
