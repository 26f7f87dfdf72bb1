import { TokenryError } from "../errors.ts";
import { DEFAULT_CHANNEL } from "../model.ts";
import type { Change, Committed } from "../ports/repository.ts";
import type { Context } from "./context.ts";

/** How often a change that lost a race is tried again from a fresh read. Each lost race is another's success. */
const ATTEMPTS = 100;

/** The key of a token on the invalidation bus. */
export const tokenKey = (tokenId: string): string => `token:${tokenId}`;
/** The key of an owner on the invalidation bus. */
export const ownerKey = (ownerId: string): string => `owner:${ownerId}`;
/** The key of an account's zones on the invalidation bus. */
const zonesKey = (account: string): string => `zones:${account}`;

/** The key of all tokens of an owner on the invalidation bus. */
export const ownedKey = (ownerId: string): string => `owned:${ownerId}`;

/**
 * Commits a change and tells every node what to forget: once it is done, and also when its answer is lost, as it may have happened all
 * the same.
 */
export async function commit(context: Context, change: Change): Promise<Committed> {
  const keys = keysOf(change);
  const isNoticed = change.events.some(({ deliver }) => deliver);
  const channels = context.channels.map(({ names }) => names[0] ?? DEFAULT_CHANNEL);
  try {
    const committed = await context.repository.commit(isNoticed ? { ...change, channels } : change);
    if (!committed.ok) return committed;
    if (isNoticed) context.noticed();
    if (keys.length > 0) await context.announce(keys);
    return committed;
  } catch (cause) {
    if (keys.length > 0) context.background.run(() => context.announce(keys));
    throw cause;
  }
}

function keysOf(change: Change): readonly string[] {
  const tokens = [...(change.update ?? []), ...(change.remove ?? [])].map(({ id }) => tokenKey(id));
  const zones = change.zones?.zones === undefined ? [] : [zonesKey(change.zones.account)];
  return [...tokens, ...zones];
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
