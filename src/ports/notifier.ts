import type { Owner, TokenEvent } from "../model.ts";

/** A message about a token's life that must reach someone: an event, who it is for, and what a template needs besides. */
export interface Notice extends TokenEvent {
  /** The owner's facts at delivery, with the address; `undefined` when the directory no longer knows the owner. */
  readonly recipient: Owner | undefined;
  /** By which channel of the notifier it goes: `"notifier"` unless the notifier has channels. */
  readonly channel: string;
  /** 1 at the first try. The id stays the same over all tries: a receiver that must not act twice remembers it. */
  readonly attempt: number;
  /** `rotation.requested` only: the code for the confirmation link. It is a credential: never log it. */
  readonly code?: string;
}

/**
 * Delivers notices. Guarantees asked: resolves when the message is handed over for good; throws to be called again later, with backoff.
 * May be called twice for one notice after a crash, and again while a call that took longer than `delivery.timeout` still runs. Several
 * calls run at once, never two for one token on one channel. A `NoticeError` tells more of a failure: that it is final, or when to come back.
 */
export interface Notifier {
  /**
   * Where each notice goes, if to more than one place: each channel has its own tries and its own outcome. `fanOut` makes such a
   * notifier. Names are kept in the outbox: notices of a channel that no node has any more wait. The first channel also gets what was
   * committed before there were channels.
   */
  readonly channels?: readonly string[];
  deliver(notice: Notice): Promise<void>;
}
