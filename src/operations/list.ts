import { TokenryError } from "../errors.ts";
import { isExpired } from "../lifecycle/expiry.ts";
import { PENDING } from "../lifecycle/slots.ts";
import { type Actor, SYSTEM, type Token } from "../model.ts";
import type { StoredToken } from "../ports/repository.ts";
import { publicToken } from "../state/public-token.ts";
import { authorize } from "./authorize.ts";
import type { Context } from "./context.ts";
import { checkActor, checkId, checkKind, checkLimit, checkRequest } from "./input.ts";
import { accountOf } from "./revoke-all.ts";

/** Whose tokens to list. */
export interface ListRequest<Kind extends string = string> {
  readonly owner: string;
  readonly kind?: Kind | undefined;
  readonly actor: Actor;
  /** The `cursor` of the page before. */
  readonly cursor?: string | undefined;
  /** 1 to 200. Default 20. */
  readonly limit?: number | undefined;
}

/** One page of tokens, oldest first. A `cursor` means that there may be more. */
export interface TokenPage<Kind extends string = string> {
  readonly tokens: readonly Token<Kind>[];
  readonly cursor?: string;
}

/** Lists an owner's living tokens. See `Tokenry.list`. */
export async function list(context: Context, request: ListRequest): Promise<TokenPage> {
  checkRequest(request, ["owner", "kind", "actor", "cursor", "limit"]);
  const owner = checkId(request.owner, "owner");
  const actor = checkActor(request.actor);
  const kind = request.kind === undefined ? undefined : checkKind(context, request.kind).name;
  const limit = checkLimit(request.limit);
  const cursor = checkCursor(request.cursor);
  await context.uses.flushSoon();
  const ofOwner = { owner, ...(kind === undefined ? {} : { kind }) };
  const account = await accountOf(
    context,
    owner,
    await context.repository.listByOwner({ ...ofOwner, limit: 1 }),
  );
  await authorize(context, { deed: "read", actor, owner, account });
  const now = context.now();
  const isShown = (token: StoredToken): boolean =>
    !isExpired(token, now) &&
    token.slot !== PENDING &&
    (actor === SYSTEM || token.account === account);
  return collect(limit, isShown, cursor, (after, size) =>
    context.repository.listByOwner({
      ...ofOwner,
      limit: size,
      ...(after === undefined ? {} : { after }),
    }),
  );
}

/** Reads on past what is not shown until the page is full: an expired token counts as absent (CORE-26), also for a page's length. */
async function collect(
  limit: number,
  isShown: (token: StoredToken) => boolean,
  cursor: string | undefined,
  read: (after: string | undefined, size: number) => Promise<readonly StoredToken[]>,
): Promise<TokenPage> {
  const shown: StoredToken[] = [];
  for (let after = cursor; ; ) {
    // One more than wanted tells whether there is another page.
    const size = limit + 1 - shown.length;
    const page = await read(after, size);
    shown.push(...page.filter(isShown));
    after = page.at(-1)?.id;
    const last = shown[limit - 1];
    if (shown.length > limit && last !== undefined)
      return { tokens: shown.slice(0, limit).map(publicToken), cursor: last.id };
    if (page.length < size) return { tokens: shown.map(publicToken) };
  }
}

function checkCursor(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== "string") throw new TypeError("cursor must be a string");
  if (!/^[0-9a-f-]{36}$/.test(value))
    throw new TokenryError("invalid_input", { message: "cursor is not one of this list" });
  return value;
}
