import { TokenryError } from "../errors.ts";
import type { Change, Committed } from "../ports/repository.ts";
import type { Context } from "./context.ts";

/** How often a change that lost a race is tried again from a fresh read. Each lost race is another's success. */
const ATTEMPTS = 100;

/** The key of a token on the invalidation bus. */
const tokenKey = (tokenId: string): string => `token:${tokenId}`;
/** The key of an owner on the invalidation bus. */
export const ownerKey = (ownerId: string): string => `owner:${ownerId}`;
/** The key of an account's zones on the invalidation bus. */
const zonesKey = (account: string): string => `zones:${account}`;

/** Commits a change and, once it is done, tells every node what to forget. */
export async function commit(context: Context, change: Change): Promise<Committed> {
  const committed = await context.repository.commit(change);
  if (committed.ok) {
    const tokens = [...(change.update ?? []), ...(change.remove ?? [])].map(({ id }) =>
      tokenKey(id),
    );
    const zones = change.zones?.zones === undefined ? [] : [zonesKey(change.zones.account)];
    const keys = [...tokens, ...zones];
    if (keys.length > 0) await context.announce(keys);
  }
  return committed;
}

/** What an attempt ended with: its result, or a lost race. */
export type Attempt<Result> = { readonly committed: Committed; readonly result: Result };

/** Repeats read, decide and write until the write is not overtaken. */
export async function untilCommitted<Result>(
  attempt: () => Promise<Attempt<Result>>,
): Promise<Result> {
  for (let count = 0; count < ATTEMPTS; count++) {
    const { committed, result } = await attempt();
    if (committed.ok) return result;
    if (committed.conflict === "zone_in_use") throw new TokenryError("zone_in_use");
  }
  throw new TokenryError("conflict");
}
