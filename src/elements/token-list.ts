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
  /** New tokens, whose place is behind what is known. */
  readonly ahead: readonly WireToken[];
}

export const NO_TOKENS: TokenList = { parts: [], next: undefined, ahead: [] };

/** The list with one more part, which began at its `next`. */
export function extended(list: TokenList, { tokens, cursor }: WireTokenPage): TokenList {
  const parts = [...list.parts, { cursor: list.next, tokens }];
  return { parts, next: cursor, ahead: without(list.ahead, tokens) };
}

/**
 * The list with a part as it is now. What ended meanwhile lets tokens of the part after it move up: those stay where they are. The last
 * part ends where its answer does.
 */
export function refreshed(list: TokenList, index: number, page: WireTokenPage): TokenList {
  const part = list.parts[index];
  if (part === undefined) return list;
  const isLast = index === list.parts.length - 1;
  const later = list.parts.slice(index + 1).flatMap((each) => each.tokens);
  const tokens = without(page.tokens, later);
  return {
    parts: list.parts.with(index, { ...part, tokens }),
    next: isLast ? page.cursor : list.next,
    ahead: without(list.ahead, tokens),
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

/** The list with a new token, which is its last: as long as the list is not all there, it is ahead of its place. */
export function added(list: TokenList, token: WireToken): TokenList {
  if (list.next !== undefined) return { ...list, ahead: [...without(list.ahead, [token]), token] };
  const last = list.parts.at(-1) ?? { cursor: undefined, tokens: [] };
  const tokens = [...without(last.tokens, [token]), token];
  return { ...list, parts: [...list.parts.slice(0, -1), { ...last, tokens }] };
}

/** How many tokens are known. */
export function countOf({ parts }: TokenList): number {
  return parts.reduce((count, { tokens }) => count + tokens.length, 0);
}

/** A token by its id. */
export function tokenOf({ parts, ahead }: TokenList, id: string): WireToken | undefined {
  return [...parts.flatMap(({ tokens }) => tokens), ...ahead].find((token) => token.id === id);
}

function mapped(
  list: TokenList,
  change: (tokens: readonly WireToken[]) => readonly WireToken[],
): TokenList {
  const parts = list.parts.map((part) => ({ ...part, tokens: change(part.tokens) }));
  return { ...list, parts, ahead: change(list.ahead) };
}

function without(tokens: readonly WireToken[], others: readonly WireToken[]): WireToken[] {
  const ids = new Set(others.map(({ id }) => id));
  return tokens.filter(({ id }) => !ids.has(id));
}
