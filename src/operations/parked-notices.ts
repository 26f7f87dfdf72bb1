import { TokenryError } from "../errors.ts";
import { type Actor, SYSTEM, type TokenEvent } from "../model.ts";
import type { ParkedPage, StoredParkedNotice } from "../ports/repository.ts";
import { instant } from "../state/public-token.ts";
import { authorizeAccount } from "./authorize.ts";
import type { Context } from "./context.ts";
import { checkActor, checkId, checkLimit, checkRequest } from "./input.ts";
import { publicEvent } from "./list-events.ts";

/** Whose parked notices to list. */
export interface ParkedNoticesRequest {
  /** May be absent where the actor is `SYSTEM`: those of all accounts. */
  readonly account?: string | undefined;
  readonly actor: Actor;
  /** The `cursor` of the page before. */
  readonly cursor?: string | undefined;
  /** 1 to 200. Default 20. */
  readonly limit?: number | undefined;
}

/** A notice that was put aside after its last try. */
export interface ParkedNotice {
  readonly event: TokenEvent;
  readonly channel: string;
  /** How often it was tried. */
  readonly tries: number;
  /** What the last try failed with, without secrets; at most 500 characters. */
  readonly failure: string | null;
  readonly parkedAt: Date;
}

/** One page of parked notices, oldest event first. A `cursor` means that there are more. */
export interface ParkedNoticesPage {
  readonly notices: readonly ParkedNotice[];
  readonly cursor?: string;
}

/** Lists parked notices. See `Notices.parked`. */
export async function parkedNotices(
  context: Context,
  request: ParkedNoticesRequest,
): Promise<ParkedNoticesPage> {
  checkRequest(request, ["account", "actor", "cursor", "limit"]);
  const limit = checkLimit(request.limit);
  const after = checkCursor(request.cursor);
  const account = await noticesAccount(context, request);
  const notices = await context.repository.parkedNotices({
    ...account,
    limit: limit + 1,
    ...(after === undefined ? {} : { after }),
  });
  const last = notices[limit - 1];
  const page = { notices: notices.slice(0, limit).map(publicNotice) };
  return notices.length > limit && last !== undefined
    ? { ...page, cursor: `${last.sequence}.${last.channel}` }
    : page;
}

/** The account that an actor may see to: its own by right, any or all by the host's own code. */
export async function noticesAccount(
  context: Context,
  { account, actor }: { readonly account?: unknown; readonly actor: unknown },
): Promise<{ readonly account?: string }> {
  const who = checkActor(actor);
  if (account === undefined) {
    if (who === SYSTEM) return {};
    throw new TokenryError("invalid_input", { message: "account must be given" });
  }
  const checked = checkId(account, "account");
  await authorizeAccount(context, who, checked);
  return { account: checked };
}

function publicNotice({
  event,
  channel,
  tries,
  failure,
  parkedAt,
}: StoredParkedNotice): ParkedNotice {
  return { event: publicEvent(event), channel, tries, failure, parkedAt: instant(parkedAt) };
}

function checkCursor(value: unknown): ParkedPage["after"] {
  if (value === undefined) return undefined;
  if (typeof value !== "string") throw new TypeError("cursor must be a string");
  const [, sequence, channel] = /^([0-9]{1,15})\.(.{1,64})$/su.exec(value) ?? [];
  if (sequence === undefined || channel === undefined)
    throw new TokenryError("invalid_input", { message: "cursor is not one of this list" });
  return { sequence: Number(sequence), channel };
}
