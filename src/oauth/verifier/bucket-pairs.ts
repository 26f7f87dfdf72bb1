import QuickLRU from "quick-lru";
import { accountBudgetKey, tokenBudgetKey } from "../../budget/bucket-keys.ts";
import type { Bucket } from "../../ports/budget-store.ts";
import type { TokenClaims } from "../claims.ts";

/** An API token's own budget on an API, then its account's. */
export type BucketPair = readonly [own: Bucket, account: Bucket];

/** API tokens whose budgets are kept. */
const MAX_TOKENS = 10_000;

/**
 * Finds the budgets that claims tell of; `undefined`: there is none on this API. All access tokens of one API token get the same objects, as stores
 * find by them what they know, while the token has the same limits.
 */
export function createBucketPairs(): (claims: TokenClaims, api: string) => BucketPair | undefined {
  const kept = new QuickLRU<string, Map<string, BucketPair>>({ maxSize: MAX_TOKENS });
  return (claims, api) => {
    const limits = Object.hasOwn(claims.budgets, api) ? claims.budgets[api] : undefined;
    if (limits === undefined) return;
    const pairs = kept.get(claims.id) ?? new Map<string, BucketPair>();
    if (pairs.size === 0) kept.set(claims.id, pairs);
    const known = pairs.get(api);
    if (known !== undefined && isOf(known, limits)) return known;
    const pair = pairOf(claims, api, limits);
    pairs.set(api, pair);
    return pair;
  };
}

type Limits = TokenClaims["budgets"][string];

/** An API token never changes its account, so that limits are all that can differ. */
function isOf([own, account]: BucketPair, [limit, accountLimit, windowMs]: Limits): boolean {
  return own.limit === limit && account.limit === accountLimit && own.windowMs === windowMs;
}

function pairOf(
  { id, account }: TokenClaims,
  api: string,
  [limit, accountLimit, windowMs]: Limits,
): BucketPair {
  return [
    { key: tokenBudgetKey(account, id, api), limit, windowMs, memo: undefined },
    { key: accountBudgetKey(account, api), limit: accountLimit, windowMs, memo: undefined },
  ];
}
