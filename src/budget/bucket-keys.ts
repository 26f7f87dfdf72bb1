/**
 * The key of the budget that one token has on an API. Escaping keeps ids and names of any characters apart; the account in braces puts a
 * token's and its account's budgets into one slot of a Redis cluster.
 */
export function tokenBudgetKey(account: string, tokenId: string, api: string): string {
  return `${slotOf(account)}:token:${tokenId}:${encodeURIComponent(api)}`;
}

/** The key of the budget that all tokens of an account share on an API. */
export function accountBudgetKey(account: string, api: string): string {
  return `${slotOf(account)}:account:${encodeURIComponent(api)}`;
}

function slotOf(account: string): string {
  return `{${encodeURIComponent(account)}}`;
}
