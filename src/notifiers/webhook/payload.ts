import { utf8ToBytes } from "@noble/hashes/utils.js";
import type { EventType, TokenEvent } from "../../model.ts";
import type { Notice } from "../../ports/notifier.ts";

/** What a webhook tells: the event, in the form that Standard Webhooks recommends. Neither the owner's address nor a code is in it. */
export interface WebhookPayload {
  readonly type: EventType;
  /** When it happened, in ISO 8601 and UTC. */
  readonly timestamp: string;
  readonly data: Omit<TokenEvent, "type" | "at">;
}

/**
 * The body that tells of a notice. It is the same at every try: only what the event itself has is in it, and nothing of who is told, as a
 * receiver may be anybody's, and a rotation's code is a credential.
 */
export function bodyOf(notice: Notice): Uint8Array<ArrayBuffer> {
  const { type, at, id, account, owner, tokenId, kind, actor, outcome, data } = notice;
  const payload: WebhookPayload = {
    type,
    timestamp: at.toISOString(),
    data: { id, account, owner, tokenId, kind, actor, outcome, data },
  };
  // A copy, as the library's type leaves open on what memory its bytes are.
  return new Uint8Array(utf8ToBytes(JSON.stringify(payload)));
}
