import type { WireToken, WireTokenPage } from "../manage/client/index.ts";

/** A part of a list as it was fetched, from its cursor on. */
export interface TokenPart {
  readonly cursor: string | undefined;
  readonly tokens: readonly WireToken[];
}

/** A list as far as it is known. */
export interface TokenList {
  readonly parts: readonly TokenPart[];
  /** Where it goes on; `undefined`: it is all there. */
  readonly next: string | undefined;
}

export const NO_TOKENS: TokenList = { parts: [], next: undefined };

/** The list with one more part, which began at its `next`. */
export function extended(list: TokenList, { tokens, cursor }: WireTokenPage): TokenList {
  return { parts: [...list.parts, { cursor: list.next, tokens }], next: cursor };
}

/**
 * The list with a part as it is now. What ended meanwhile lets tokens of the part after it move up: those stay where they are. The last
 * part ends where its answer does.
 */
export function refreshed(list: TokenList, index: number, page: WireTokenPage): TokenList {
  const part = list.parts[index];
  if (part === undefined) return list;
  const isLast = index === list.parts.length - 1;
  const later = new Set(
    list.parts.slice(index + 1).flatMap(({ tokens }) => tokens.map(({ id }) => id)),
  );
  const tokens = page.tokens.filter(({ id }) => !later.has(id));
  return {
    parts: list.parts.with(index, { ...part, tokens }),
    next: isLast ? page.cursor : list.next,
  };
}

/** The list with a token as it is now. */
export function replaced(list: TokenList, token: WireToken): TokenList {
  return mapped(list, (tokens) => tokens.map((each) => (each.id === token.id ? token : each)));
}

/** The list without a token. */
export function removed(list: TokenList, id: string): TokenList {
  return mapped(list, (tokens) => tokens.filter((each) => each.id !== id));
}

/** The list with a new token, which is its last: as long as the list is not all there, it comes with the rest. */
export function added(list: TokenList, token: WireToken): TokenList {
  if (list.next !== undefined) return list;
  const last = list.parts.at(-1) ?? { cursor: undefined, tokens: [] };
  const tokens = [...last.tokens.filter(({ id }) => id !== token.id), token];
  return { ...list, parts: [...list.parts.slice(0, -1), { ...last, tokens }] };
}

/** How many tokens are known. */
export function countOf({ parts }: TokenList): number {
  return parts.reduce((count, { tokens }) => count + tokens.length, 0);
}

/** A token by its id. */
export function tokenOf({ parts }: TokenList, id: string): WireToken | undefined {
  return parts.flatMap(({ tokens }) => tokens).find((token) => token.id === id);
}

function mapped(
  list: TokenList,
  change: (tokens: readonly WireToken[]) => readonly WireToken[],
): TokenList {
  return { ...list, parts: list.parts.map((part) => ({ ...part, tokens: change(part.tokens) })) };
}
