import type { Owner, TokenEvent } from "../model.ts";

/** A message about a token's life that must reach someone: an event, who it is for, and what a template needs besides. */
export interface Notice extends TokenEvent {
  /** The owner's facts at delivery, with the address; `undefined` when the directory no longer knows the owner. */
  readonly recipient: Owner | undefined;
  /** 1 at the first try. The id stays the same over all tries: a receiver that must not act twice remembers it. */
  readonly attempt: number;
  /** `rotation.requested` only: the code for the confirmation link. It is a credential: never log it. */
  readonly code?: string;
}

/**
 * Delivers notices. Guarantees asked: resolves when the message is handed over for good; throws to be called again later, with backoff.
 * May be called twice for one notice after a crash.
 */
export interface Notifier {
  deliver(notice: Notice): Promise<void>;
}
