import type { StoredToken } from "../ports/repository.ts";
import type { Context } from "./context.ts";

const PAGE = 200;

/** Every stored token of an owner, expired and pending ones included. */
export async function ownedTokens(
  context: Context,
  owner: string,
  kind?: string,
): Promise<StoredToken[]> {
  const all: StoredToken[] = [];
  for (;;) {
    const last = all.at(-1);
    const page = await context.repository.listByOwner({
      owner,
      limit: PAGE,
      ...(kind === undefined ? {} : { kind }),
      ...(last === undefined ? {} : { after: last.id }),
    });
    all.push(...page);
    if (page.length < PAGE) return all;
  }
}
