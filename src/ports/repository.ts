import type { EventData, EventType, Level, Network, Slot, Zone } from "../model.ts";
import type { Awaitable } from "./awaitable.ts";

/** A token as it is stored. Times are milliseconds since 1970 (UTC). */
export interface StoredToken {
  readonly id: string;
  /** 64 hexadecimal characters; `null` for a rotation that waits for its confirmation: nothing opens it. */
  readonly hash: string | null;
  /** The id of the pepper under which `hash` was made; `null` without peppers. */
  readonly pepper: string | null;
  readonly kind: string;
  readonly owner: string;
  readonly account: string;
  readonly name: string;
  readonly slot: Slot;
  readonly hint: string;
  readonly access: Readonly<Record<string, Level>> | null;
  readonly network: Network | null;
  readonly budgets: Readonly<Record<string, number>>;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly updatedAt: number;
  /** When the present secret was made: at issue, or at the last regeneration. */
  readonly secretCreatedAt: number;
  readonly expiresAt: number | null;
  readonly lastUsedAt: number | null;
  /** Where the latest announced reminder range began; `null` when none was announced for the present expiry. */
  readonly remindedFrom: number | null;
  /** Counts management changes, from 1. Noted uses do not count. */
  readonly version: number;
}

/** What a management change may set on a stored token. */
export type TokenChanges = Partial<
  Omit<StoredToken, "id" | "kind" | "owner" | "account" | "createdAt" | "createdBy" | "version">
>;

/** Which state of a token a step needs: the version, the exact expiry, or just that it exists. */
export interface TokenGuard {
  readonly id: string;
  readonly version?: number;
  readonly expiresAt?: number | null;
}

/** An entry of the audit trail as it is stored. */
export interface StoredEvent {
  readonly id: string;
  readonly type: EventType;
  readonly at: number;
  readonly account: string;
  /** `null` for events about an account's zones. */
  readonly owner: string | null;
  readonly tokenId: string | null;
  readonly kind: string | null;
  readonly actor: string;
  readonly outcome: "done" | "refused";
  readonly data: EventData;
  /** Whether it is to be delivered: then it is in the outbox of each of its change's channels from the commit on. */
  readonly deliver: boolean;
}

/** The zones of one account as of one revision. Revision 0 = there never were any. */
export interface ZoneSet {
  readonly revision: number;
  readonly zones: readonly Zone[];
}

/** A step on an account's zones, in the same transaction as the rest of its change. */
export interface ZoneStep {
  readonly account: string;
  /** The step needs the zones to be at this revision. */
  readonly revision: number;
  /** The whole new set, stored under revision + 1. Absent: the step only guards. */
  readonly zones?: readonly Zone[];
  /**
   * Names, compared exactly, to which no living token of the account may refer after the other steps (living: not expired at `now`, or
   * every token without `now`).
   */
  readonly unused?: readonly string[];
  readonly now?: number;
}

/** One change: all of it happens, or nothing. Steps are done in the order remove, update (as listed), insert, zones, events. */
export interface Change {
  readonly remove?: readonly TokenGuard[];
  readonly update?: readonly (TokenGuard & { readonly set: TokenChanges })[];
  readonly insert?: readonly StoredToken[];
  readonly zones?: ZoneStep;
  readonly events: readonly StoredEvent[];
  /** Where the events marked `deliver` are to go; each is one notice a channel. Absent: `DEFAULT_CHANNEL` alone. */
  readonly channels?: readonly string[];
}

/** Whether a change happened, and if not, which guard failed. `id` is a token id, or an account for zones. */
export type Committed =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly conflict: "slot" | "version" | "missing" | "zones" | "zone_in_use";
      readonly id: string;
    };

/** A use to note. */
export interface Use {
  readonly id: string;
  readonly usedAt: number;
  /** The new expiry of a sliding token; `null` leaves the expiry alone. */
  readonly expiresAt: number | null;
  /** The expiry that the use was decided on: an expiry that is earlier by now was shortened since, and stays. */
  readonly decidedOn?: number | null;
}

/** What a caller made of a token that a store keeps in memory. */
export interface Memo {
  /** Set by the store when a noted use has changed the token since. */
  isOutdated: boolean;
}

/** A token and the zones of its account, as of one read. */
export interface FoundToken {
  readonly token: StoredToken;
  readonly zones: ZoneSet;
  /**
   * Where present, even as `undefined`: room for what the caller made of `token`, found again when a store that keeps tokens in memory
   * hands out the same object, which it does for one hash only. Other stores leave it alone.
   */
  memo?: Memo | undefined;
}

/** What a worker asks for: up to `limit` notices of these channels that are due at `now`, for `leaseMs`. */
export interface NoticeClaim {
  readonly channels: readonly string[];
  readonly limit: number;
  readonly leaseMs: number;
  readonly now: number;
}

/** A notice claimed for delivery: an event on its way to one channel. */
export interface ClaimedNotice {
  readonly event: StoredEvent;
  readonly channel: string;
  /** How often it has been claimed, this time included. It also names the claim: a later claim makes this one void. */
  readonly attempt: number;
  /** How many of these claims count as no try: they were given back untried, or came before it was taken out of the parked ones. */
  readonly untried: number;
}

/** How a claim ended. `id`, `channel` and `attempt` are the claim's. Texts of `failure` are at most 500 characters. */
export type NoticeOutcome = {
  readonly id: string;
  readonly channel: string;
  readonly attempt: number;
} & (
  | { readonly status: "delivered" }
  | { readonly status: "retry"; readonly at: number; readonly failure: string }
  /** Given back without a try, due again at `at`: the claim counts as untried. */
  | { readonly status: "released"; readonly at: number }
  /** Put aside at `at`, and due no more until `retryNotices`. */
  | { readonly status: "parked"; readonly at: number; readonly failure: string }
);

/** A notice that was put aside. */
export interface StoredParkedNotice {
  readonly event: StoredEvent;
  /** The sequence number of the event in the trail. */
  readonly sequence: number;
  readonly channel: string;
  /** How often it was tried. */
  readonly tries: number;
  /** What the last try failed with. */
  readonly failure: string | null;
  readonly parkedAt: number;
}

/** One page of parked notices, in order of (sequence, channel), after the given place. Without an account, those of all accounts. */
export interface ParkedPage {
  readonly account?: string;
  readonly after?: { readonly sequence: number; readonly channel: string };
  readonly limit: number;
}

/** Which parked notices to take up again: all of an account, or of all accounts; of one event; of one channel. */
export interface ParkedChoice {
  readonly account?: string;
  readonly id?: string;
  readonly channel?: string;
}

/** One page of an owner's tokens: ids after `after`, in id order. */
export interface OwnerPage {
  readonly owner: string;
  readonly kind?: string;
  readonly after?: string;
  readonly limit: number;
}

/** One page of events, newest first: sequence numbers before `before`. At least one of account and tokenId is given. */
export interface EventPage {
  readonly account?: string;
  readonly owner?: string;
  readonly tokenId?: string;
  /** Not empty. */
  readonly types?: readonly EventType[];
  /** Only events with `since <= at`. */
  readonly since?: number;
  /** Only events with `at < until`. */
  readonly until?: number;
  readonly before?: number;
  readonly limit: number;
}

/**
 * Where tokens, zones and events are stored.
 *
 * Guarantees:
 * - `commit` is one transaction: every step, guard and event, or nothing. Each step sees what the steps before it did, and its slot must
 *   be free when it is done. The conflict names the first step that fails: `missing` for an id that is not there, `version` for a version
 *   or expiry that differs, `slot` with the id of the token that did not fit. Of two commits that need the same version, slot or revision
 *   exactly one succeeds. It is durable when it resolves. (owner, kind, slot) is unique where slot is not null, and so are id and hash: a
 *   taken id or hash is refused as a `slot` conflict or by throwing. `update` adds 1 to the version.
 * - `touch` is conditional and by column: it moves `lastUsedAt` forward, and `expiresAt` forward where a number is given and the stored
 *   expiry is neither null nor earlier than `decidedOn`, and then it takes off the mark of reminders, `remindedFrom`; only while the token exists and had not expired at `usedAt`. It never creates, brings back or undoes anything, in
 *   any order of arrival, and never counts in `version`. Several uses of one token in a batch count as one after another. Unknown ids are
 *   ignored.
 * - Reads see every commit that was acknowledged before they began. A returned record is a value: callers do not change it, and no later
 *   management change shows in it (a noted use may, in what `findByHash` returned). A page is shorter than its limit only when there is
 *   no more. Ids are ordered by code unit, and text is compared exactly: by case, accent and trailing space.
 * - No clock of its own: `now` is always given.
 * - An outage throws.
 */
export interface Repository {
  commit(change: Change): Promise<Committed>;
  touch(uses: readonly Use[]): Awaitable<void>;
  /** The token whose hash is one of these (tokens still under an older pepper are found too), with its account's zones: one read. */
  findByHash(hashes: readonly string[]): Awaitable<FoundToken | undefined>;
  findById(id: string): Promise<StoredToken | undefined>;
  listByOwner(page: OwnerPage): Promise<readonly StoredToken[]>;
  /** Up to `limit` tokens with `expiresAt <= now`, soonest first as far as the store can. */
  expiredBefore(now: number, limit: number): Promise<readonly StoredToken[]>;
  /** Up to `limit` tokens with `from < expiresAt <= to`, in order of (expiresAt, id), after the given place. */
  expiringBetween(
    from: number,
    to: number,
    limit: number,
    after?: { readonly expiresAt: number; readonly id: string },
  ): Promise<readonly StoredToken[]>;
  zones(account: string): Promise<ZoneSet>;
  events(page: EventPage): Promise<readonly (StoredEvent & { readonly sequence: number })[]>;
  /**
   * Claims notices that are due, oldest first, for the lease: no other worker gets them until then. A notice whose lease ran out
   * unsettled is due again (at-least-once). A notice is due from its commit on; a lease or retry ends at its very millisecond. A claim whose
   * lease ran out still settles while no other worker has the notice.
   *
   * Order: of the notices of one token (of an event without a token, of its owner; without an owner, of its account) on one channel only
   * the oldest that is neither delivered nor parked can be claimed, so that a later one never overtakes it. One that was parked and is taken up
   * again waits while a later one of its token is claimed. A notice that cannot be read is parked and holds up nothing.
   */
  claimNotices(claim: NoticeClaim): Promise<readonly ClaimedNotice[]>;
  /**
   * Settles claims, each by itself, and tells of each whether it was settled, in order. `false`: the claim was void (its lease ran out and
   * another worker has it, or it is settled): nothing changed.
   */
  settleNotices(outcomes: readonly NoticeOutcome[]): Promise<readonly boolean[]>;
  parkedNotices(page: ParkedPage): Promise<readonly StoredParkedNotice[]>;
  /** Makes parked notices due again at once, with all their tries before them, and tells how many. */
  retryNotices(choice: ParkedChoice): Promise<number>;
  /** Deletes up to `limit` events with `at < before`, the oldest first, and tells how many. An event whose notice is neither delivered nor gone stays. */
  pruneEvents(before: number, limit: number): Promise<number>;
}
