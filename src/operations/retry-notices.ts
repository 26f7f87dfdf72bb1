import { checkText } from "../checks.ts";
import type { Actor } from "../model.ts";
import type { Context } from "./context.ts";
import { asInput, checkRequest } from "./input.ts";
import { noticesAccount } from "./parked-notices.ts";

/** Which parked notices to take up again. */
export interface RetryNoticesRequest {
  /** May be absent where the actor is `SYSTEM`: those of all accounts. */
  readonly account?: string | undefined;
  readonly actor: Actor;
  /** Only the notice of the event with this id. */
  readonly id?: string | undefined;
  /** Only those of this channel. */
  readonly channel?: string | undefined;
}

/** How many notices are due again. */
export interface RetriedCount {
  readonly retried: number;
}

/** Makes parked notices due again. See `Notices.retry`. */
export async function retryNotices(
  context: Context,
  request: RetryNoticesRequest,
): Promise<RetriedCount> {
  checkRequest(request, ["account", "actor", "id", "channel"]);
  const { id, channel } = request;
  const choice = {
    ...(id === undefined ? {} : { id: asInput(() => checkText(id, 255, "id")) }),
    ...(channel === undefined ? {} : { channel: asInput(() => checkText(channel, 64, "channel")) }),
  };
  const account = await noticesAccount(context, request);
  const retried = await context.repository.retryNotices({ ...account, ...choice });
  if (retried > 0) context.noticed();
  return { retried };
}
