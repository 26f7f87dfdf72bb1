import type { VerifyRequest } from "../model.ts";
import type { NetworkDecision } from "../network/decide.ts";
import type { StoredToken } from "../ports/repository.ts";
import type { Context } from "./context.ts";
import { recordEvent } from "./record-event.ts";

/** An address in a record is at most this long; what is longer is none. */
const MAX_ADDRESS = 64;

/** A call from where the token may not be used. */
export interface NetworkRefusal {
  readonly request: Pick<VerifyRequest, "api" | "address">;
  readonly decision: Extract<NetworkDecision, { allowed: false }>;
  readonly now: number;
}

/** Records, in the background and once in a while for each token, that it was used from where it may not be (OKT-38, CORE-57). */
export function recordNetworkRefusal(
  context: Context,
  token: StoredToken,
  { request, decision, now }: NetworkRefusal,
): void {
  if (!context.networkRefusals.admits(token.id, now)) return;
  const { api, address } = request;
  const data = {
    name: token.name,
    reason: decision.reason,
    api: context.apis.has(api) ? api : null,
    address: address === undefined || address.length > MAX_ADDRESS ? null : address,
    ...(decision.zone === undefined ? {} : { zone: decision.zone }),
  };
  const by = { actor: token.owner, now, data, outcome: "refused" } as const;
  const event = recordEvent(context, "network.refused", token, by);
  context.background.run(() => context.repository.commit({ events: [event] }));
}
