import type { EventData, EventType, VerifyRequest } from "../model.ts";
import type { NetworkDecision } from "../network/decide.ts";
import type { StoredToken } from "../ports/repository.ts";
import { redacted } from "../secret/redact.ts";
import { commit } from "./commit.ts";
import type { Context } from "./context.ts";
import { recordEvent } from "./record-event.ts";

/** An address in a record is at most this long; what is longer is none. */
const MAX_ADDRESS = 64;

type Request = Pick<VerifyRequest, "api" | "address">;

/** A call from where the token may not be used. */
export interface NetworkRefusal {
  readonly request: Request;
  readonly decision: Extract<NetworkDecision, { allowed: false }>;
  readonly now: number;
}

/** A call for an owner who may make none now. */
export interface OwnerRefusal {
  readonly request: Request;
  readonly reason: "owner_inactive" | "api_access_disabled";
  readonly now: number;
}

/** Records that a token was used from where it may not be (OKT-38, CORE-57). Its owner hears of it once a day at most. */
export function recordNetworkRefusal(
  context: Context,
  token: StoredToken,
  { request, decision: { reason, zone }, now }: NetworkRefusal,
): void {
  const facts = { reason, ...(zone === undefined ? {} : { zone }) };
  record(context, token, { type: "network.refused", request, facts, now });
}

/** Records that the token of an owner who is inactive or has no API access was used (ASVS 16.3.2). Nobody is told: it is no news to the host. */
export function recordOwnerRefusal(
  context: Context,
  token: StoredToken,
  { request, reason, now }: OwnerRefusal,
): void {
  record(context, token, { type: "owner.refused", request, facts: { reason }, now });
}

interface Refusal {
  readonly type: Extract<EventType, "network.refused" | "owner.refused">;
  readonly request: Request;
  readonly facts: EventData;
  readonly now: number;
}

/** In the background, and once in a while for each token: a client that is refused does not stop at once. */
function record(
  context: Context,
  token: StoredToken,
  { type, request: { api, address }, facts, now }: Refusal,
): void {
  const key = `${type} ${token.id}`;
  if (!context.refusals.admits(key, now)) return;
  const data = {
    name: token.name,
    ...facts,
    api: context.apis.has(api) ? api : null,
    address:
      address === undefined || address.length > MAX_ADDRESS ? null : redacted(address, MAX_ADDRESS),
  };
  const by = { actor: token.owner, now, data, outcome: "refused" } as const;
  const event = recordEvent(context, type, token, by);
  const deliver =
    event.deliver && type === "network.refused" && context.refusalNotices.admits(key, now);
  context.background.run(async () => {
    try {
      await commit(context, { events: [{ ...event, deliver }] });
    } catch (cause) {
      context.refusals.release(key);
      if (deliver) context.refusalNotices.release(key);
      throw cause;
    }
  });
}
