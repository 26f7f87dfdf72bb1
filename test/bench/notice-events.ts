import { randomUUID } from "node:crypto";
import type { StoredEvent } from "tokenry";

/** An event that is to be delivered, of a token of its own. */
export function noticeEvent(): StoredEvent {
  const tokenId = randomUUID();
  return {
    id: randomUUID(),
    type: "token.revoked",
    at: Date.now(),
    account: "acme",
    owner: `owner-${tokenId.slice(0, 3)}`,
    tokenId,
    kind: "service",
    actor: "SYSTEM",
    outcome: "done",
    data: { name: "nightly build" },
    deliver: true,
  };
}
