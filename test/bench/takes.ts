import type { Bucket, BudgetStore } from "tokenry";
import type { Call } from "./load.ts";
import { shuffled } from "./random.ts";

/** As many budgets of tokens as are spent from, in a few accounts with a budget each. */
export const SPENDERS = { tokens: 256, accounts: 16 } as const;

/** No benchmark spends it. */
const LIMIT = 1_000_000_000;
const WINDOW_MS = 60_000;

/** Takes from a token's and its account's budget, for one token after the other in random order. Throws when one is refused. */
export function takeNext(budgets: BudgetStore): Call {
  const asked = Array.from({ length: SPENDERS.tokens }, (_, token) => bucketsOf(token));
  const order = shuffled(asked.length);
  let turn = 0;
  return async () => {
    const buckets = asked[order[turn++ % order.length] as number] as readonly Bucket[];
    const { allowed } = await budgets.take(buckets, 1, Date.now());
    if (!allowed) throw new Error("a sample take was refused");
  };
}

/** Named as tokenry names them. */
function bucketsOf(token: number): readonly Bucket[] {
  const account = `{account-${token % SPENDERS.accounts}}`;
  const keys = [`${account}:token:${token}:orders`, `${account}:account:orders`];
  return keys.map((key) => ({ key, limit: LIMIT, windowMs: WINDOW_MS, memo: undefined }));
}
