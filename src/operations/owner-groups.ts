import type { StoredToken } from "../ports/repository.ts";
import type { Context } from "./context.ts";
import { ownedTokens } from "./owned-tokens.ts";

/** Owners asked about at once: as many as a usual pool has connections. */
const AT_ONCE = 10;

/** Tokens that are handed on together, or as many more as the owners asked about at once have. */
const TOGETHER = 200;

/** Tokens of one owner in one account that something happens to at once; at least one. */
export interface OwnerGroup {
  readonly owner: string;
  readonly account: string;
  readonly tokens: readonly StoredToken[];
}

/** Which tokens make a group. */
export interface Grouping {
  /** Whether the batch is all there is: then no owner has more of them. */
  readonly isAll: boolean;
  readonly belongs: (token: StoredToken) => boolean;
}

/**
 * Sorts a batch by owner, so that an owner hears of all in one message. Where the batch is not all there is, each owner's other tokens
 * that belong come with it. Hands on some groups at a time: what is held in memory is the tokens of a few owners.
 */
export async function* ownerGroups(
  context: Context,
  batch: readonly StoredToken[],
  { isAll, belongs }: Grouping,
): AsyncGenerator<readonly OwnerGroup[], void, void> {
  const groups = byOwner(batch.filter(belongs));
  if (isAll) return yield groups;
  let whole: OwnerGroup[] = [];
  for (let start = 0; start < groups.length; start += AT_ONCE) {
    const some = groups.slice(start, start + AT_ONCE).map(async (group) => {
      const owned = await ownedTokens(context, group.owner);
      const isOfGroup = (token: StoredToken): boolean =>
        token.account === group.account && belongs(token);
      return { ...group, tokens: owned.filter(isOfGroup) };
    });
    whole.push(...(await Promise.all(some)));
    if (whole.reduce((sum, { tokens }) => sum + tokens.length, 0) < TOGETHER) continue;
    yield whole;
    whole = [];
  }
  yield whole;
}

function byOwner(tokens: readonly StoredToken[]): readonly OwnerGroup[] {
  const groups = new Map<string, OwnerGroup & { readonly tokens: StoredToken[] }>();
  for (const token of tokens) {
    const { owner, account } = token;
    const key = JSON.stringify([account, owner]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { owner, account, tokens: [token] });
    else group.tokens.push(token);
  }
  return [...groups.values()];
}
