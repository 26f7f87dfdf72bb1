import type { Duration, Token, Verdict, VerifyRequest, Zone } from "./model.ts";
import type { Cancelled, CancelRotationRequest } from "./operations/cancel-rotation.ts";
import type { ConfirmRotationRequest } from "./operations/confirm-rotation.ts";
import type { DeliverResult } from "./operations/deliver.ts";
import type { DeprovisionRequest } from "./operations/deprovision.ts";
import type { OwnerRequest, OwnerStanding } from "./operations/find-owner.ts";
import type { TokenCredential } from "./operations/find-reference.ts";
import type { GetRequest } from "./operations/get.ts";
import type { Grant, GrantRequest } from "./operations/grant.ts";
import type { IssueRequest } from "./operations/issue.ts";
import type { ListRequest, TokenPage } from "./operations/list.ts";
import type { EventsFilter, EventsPage, EventsRequest } from "./operations/list-events.ts";
import type { Issued } from "./operations/new-secret.ts";
import type { ParkedNoticesPage, ParkedNoticesRequest } from "./operations/parked-notices.ts";
import type { PruneResult } from "./operations/prune.ts";
import type { Rules } from "./operations/public-rules.ts";
import type { RegenerateRequest } from "./operations/regenerate.ts";
import type { RemindResult } from "./operations/remind.ts";
import type { LeakReport, LeakResult } from "./operations/report-leak.ts";
import type { RetriedCount, RetryNoticesRequest } from "./operations/retry-notices.ts";
import type { RevokeRequest } from "./operations/revoke.ts";
import type { RevokeAllRequest, RevokedCount } from "./operations/revoke-all.ts";
import type { RotateRequest, RotationPending } from "./operations/rotate.ts";
import type { SweepResult } from "./operations/sweep.ts";
import type { UpdateRequest } from "./operations/update.ts";
import type { ListZonesRequest, PutZoneRequest, RemoveZoneRequest } from "./operations/zones.ts";
import type { Secret } from "./secret/secret.ts";

/** A name that the compiler completes, while any text is taken: a name from a request is refused at run time, not at compile time. */
type Named<Name extends string> = Name | (string & Record<never, never>);

/**
 * API tokens over the host's own directory, database and mail. Made by `createTokenry`.
 *
 * Every management operation names its actor and is decided from the directory as of now. It throws {@link TokenryError} for what a person
 * may have caused, TypeError for a wrong type of argument, and `unavailable` with its `cause` for an outage. A token is never an actor.
 */
export interface Tokenry<
  Kind extends string = string,
  Api extends string = string,
  Profile = unknown,
> {
  /**
   * Issues a token. The secret is in this answer and nowhere else, ever.
   *
   * @throws TokenryError `invalid_input`, `forbidden`, `not_found`, `owner_inactive`, `api_access_disabled`, `slot_taken`,
   * `limit_reached`, `conflict`. Source: OWN-04, CORE-30, CORE-33.
   *
   * @example
   * const { secret, token } = await tokens.issue({ kind: "personal", owner: "ada", actor: "ada", name: "laptop" });
   */
  issue(request: IssueRequest<Kind, Api>): Promise<Issued<Kind>>;

  /**
   * Gives a token a new secret; id, name and restrictions stay, the old secret is dead at the commit.
   *
   * @throws TokenryError `not_found`, `forbidden`, `replacement_not_allowed`, `expired`, and those of `issue`. Source: CRT-08, CORE-34.
   */
  regenerate(request: RegenerateRequest): Promise<Issued<Kind>>;

  /**
   * Makes a new primary; the old primary becomes the backup and the old backup ends. With `confirmRotation` nothing changes until the link
   * is followed, and a newer request takes the place of an older one.
   *
   * @throws TokenryError `replacement_not_allowed`, `not_found` without a primary, and those of `issue`. Source: EDG-09, CORE-31.
   */
  rotate(request: RotateRequest<Kind>): Promise<Issued<Kind> | RotationPending>;

  /**
   * Carries out a rotation by the code of its notice. The code is its own authority, and works once; with `actor` it is for the owner and for who
   * manages tokens alone, so that a link that is opened in another person's session gives that one no secret.
   *
   * @throws TokenryError `rotation_code_invalid`, `owner_inactive`, `api_access_disabled`, `forbidden` by `actor`. Source: EDG-10, CORE-32.
   */
  confirmRotation(request: ConfirmRotationRequest): Promise<Issued<Kind>>;

  /**
   * Tells of the rotation that waits for its link to be followed; `undefined` where none does.
   *
   * @throws TokenryError `forbidden`, `not_found` for an unknown owner.
   *
   * @example
   * const pending = await tokens.pendingRotation({ owner: "ada", kind: "web", actor: "ada" });
   */
  pendingRotation(request: RotateRequest<Kind>): Promise<RotationPending | undefined>;

  /**
   * Sends the link of a rotation that waits once more, under the same code and end; within a minute only once.
   *
   * @throws TokenryError `not_found` where none waits, and those of `issue`. Source: CORE-71, EDG-12.
   */
  resendRotation(request: RotateRequest<Kind>): Promise<RotationPending>;

  /**
   * Takes back a rotation that waits: by its owner, by who manages tokens, or by the code of its link. Nothing else changes, and the
   * code opens nothing any more. Doing it again does nothing.
   *
   * @throws TokenryError `forbidden`, `not_found` for an unknown owner, `rotation_code_invalid` for a code that is not of one that waits.
   * Source: CORE-31.
   *
   * @example
   * const { cancelled } = await tokens.cancelRotation({ owner: "ada", kind: "web", actor: "ada" });
   */
  cancelRotation(request: CancelRotationRequest<Kind>): Promise<Cancelled>;

  /**
   * Ends a token for good. Doing it again does nothing.
   *
   * @throws TokenryError `not_found` for an id that never was or is another account's, `forbidden`. Source: CORE-36.
   */
  revoke(request: RevokeRequest): Promise<void>;

  /** Ends the token that a secret opens: whoever has it may end it. `revoked` is 0 when it opens nothing. Source: OKT-10, CORE-38. */
  revokeCurrent(secret: string | Secret): Promise<RevokedCount>;

  /**
   * Tells that a secret has come out. Ends its token (or does not, as `onLeak` of its kind says), records `token.leaked` and tells the
   * owner. A secret that opens no token is no error: `known` is `false`. Repeated reports of one place are recorded once in a while.
   *
   * @throws TypeError for a wrong type; TokenryError `unavailable`. Source: IND-07, IND-10, IND-13.
   *
   * @example
   * const { known, revoked } = await tokens.reportLeak(found, { source: "our scanner", url: "https://paste.example/1" });
   */
  reportLeak(secret: string | Secret, report: LeakReport): Promise<LeakResult>;

  /** Ends all tokens of an owner, or those of one kind, in one commit. Source: CRT-09, CORE-37. */
  revokeAll(request: RevokeAllRequest<Kind>): Promise<RevokedCount>;

  /** Ends all tokens of an owner who is gone, whatever state each is in and whether or not the directory still knows the owner. Source: OKT-30. */
  deprovision(request: DeprovisionRequest): Promise<RevokedCount>;

  /**
   * Changes name, access, network, budgets or chosen life of a token, from the next call on; the secret stays.
   *
   * @throws TokenryError `not_found`, `forbidden`, `expired`, `invalid_input`, `conflict`. Source: OKT-35, CORE-58.
   */
  update(request: UpdateRequest<Api>): Promise<Token<Kind>>;

  /** Shows a token. An expired one is `not_found`, swept or not. Source: CORE-26. */
  get(request: GetRequest): Promise<Token<Kind>>;

  /** Lists an owner's living tokens, oldest first, 20 to a page unless told. Source: CORE-76. */
  list(request: ListRequest<Kind>): Promise<TokenPage<Kind>>;

  /** Shows the audit trail, newest first: to those who manage tokens all of it, to an owner its own part. Source: CORE-72. */
  events(request: EventsRequest): Promise<EventsPage>;

  /**
   * Streams the audit trail as NDJSON, newest first: one event a line, in UTF-8, its `at` in ISO 8601. Read as it is taken, in bounded
   * memory. To whom it is shown is decided once, before it begins; an outage on the way breaks the stream off. Source: ASVS 16.2.1.
   *
   * @example
   * const trail = await tokens.exportEvents({ account: "acme", actor: "mia", since: new Date("2026-01-01") });
   * return new Response(trail, { headers: { "content-type": "application/x-ndjson" } });
   */
  exportEvents(request: EventsFilter): Promise<ReadableStream<Uint8Array>>;

  readonly zones: Zones;

  readonly notices: Notices;

  /** The configured kinds and APIs: what a screen needs to draw itself. */
  readonly rules: Rules<Kind, Api>;

  /**
   * Tells what the directory says of an owner now, to that owner and to those who manage tokens in its account.
   *
   * @throws TokenryError `forbidden`, `not_found` for an owner who is unknown or of another account.
   *
   * @example
   * const { apiAccess, managesTokens } = await tokens.owner({ owner: "ada", actor: "ada" });
   */
  owner(request: OwnerRequest): Promise<OwnerStanding>;

  /**
   * Checks a secret for one call. Never throws for a bad secret or an outage; TypeError or RangeError for a wrong request.
   *
   * One read of the repository at most, none when the token is cached, and no write that is waited for. A refusal spends nothing and notes
   * nothing. Source: CORE-10, and the order of the denial codes.
   *
   * @example
   * const verdict = await tokens.verify(secret, { api: "orders", method: "GET", address: "203.0.113.7" });
   * if (!verdict.ok) return new Response(verdict.message, { status: verdict.status });
   */
  verify(
    secret: string | Secret | null | undefined,
    request: VerifyRequest<Named<Api>, Profile>,
  ): Promise<Verdict<Kind, Profile>>;

  /**
   * Checks a secret for a credential that is to be derived from it, an OAuth access token say: all checks of {@link verify} at once, over
   * every API that it is to open. It counts as a use, and as one call on each of these APIs: on all or on none. By a reference in place of the
   * secret it is the caller who has made sure that the token may be acted by.
   *
   * Never throws for a bad secret or an outage; TypeError for a wrong request. Source: OWN-14, CORE-41.
   *
   * @example
   * const grant = await tokens.grant(secret, { access: { orders: "read" }, address: "203.0.113.7" });
   * if (grant.ok) sign({ sub: grant.owner.id, access: grant.access });
   */
  grant(
    credential: TokenCredential,
    request?: GrantRequest<Named<Api>>,
  ): Promise<Grant<Kind, Api, Profile>>;

  /**
   * Tells whether a token still stands, and what it may do now, without a use and without a budget: for who answers about a credential that
   * was derived from it. A secret with a rule about networks is refused, as nobody knows from where it would be used. Source: OWN-21.
   *
   * @example
   * const standing = await tokens.recheck({ tokenId, secretCreatedAt });
   * if (!standing.ok) return { active: false };
   */
  recheck(credential: TokenCredential): Promise<Grant<Kind, Api, Profile>>;

  /** Drops what is remembered of an owner, here and over the bus: the next call asks the directory. */
  ownerChanged(ownerId: string): Promise<void>;

  /** A regular expression that finds secrets of a kind in any text. */
  scanPattern(kind: Kind): RegExp;

  readonly jobs: Jobs;

  /**
   * Runs the jobs in the background, the first pass after `every` (default 30 seconds). What this node commits is delivered at once;
   * reminders are looked for once an hour, or more often where the shortest is below a day. Keeps no process alive.
   */
  start(request?: { readonly every?: Duration }): void;

  /** Stops the jobs, finishes what runs and writes what waits. Clients and connections stay the host's. */
  close(): Promise<void>;
}

/** Named sets of network ranges of an account, for those who manage tokens. Source: OKT-37, OKT-40, CORE-53, CORE-54. */
export interface Zones {
  /** Makes or changes a zone. @throws TokenryError `zone_in_use` when one that tokens refer to is to be blocked, `conflict` by `replaces`. */
  put(request: PutZoneRequest): Promise<Zone>;
  /** Removes a zone. @throws TokenryError `zone_in_use` while a living token refers to it, `not_found`. */
  remove(request: RemoveZoneRequest): Promise<void>;
  list(request: ListZonesRequest): Promise<readonly Zone[]>;
}

/** What became of notices that could not be delivered, for those who manage tokens and for the host. Source: CORE-71. */
export interface Notices {
  /**
   * Lists the notices that were put aside: what failed twenty times, over about half a day, or for good.
   *
   * @example
   * const { notices } = await tokens.notices.parked({ actor: SYSTEM });
   */
  parked(request: ParkedNoticesRequest): Promise<ParkedNoticesPage>;
  /** Makes parked notices due again, all or some, with all their tries before them. */
  retry(request: RetryNoticesRequest): Promise<RetriedCount>;
}

/** One pass each; safe to run on every node at once. `start` runs them all. */
export interface Jobs {
  /** Deletes expired tokens, each with its event; an owner gets one notice for all of a pass. Source: OWN-02, CORE-26. */
  sweep(): Promise<SweepResult>;
  /** Records a reminder for tokens near their expiry, one per token and threshold; an owner gets one notice for all of a pass. Source: CORE-29, IND-42. */
  remind(): Promise<RemindResult>;
  /** Hands due notices to the notifier, each channel by itself, with retries and backoff; those of one token in order. Source: CORE-71. */
  deliver(): Promise<DeliverResult>;
  /** Deletes events older than `keepEvents`; what waits to be delivered stays. */
  prune(): Promise<PruneResult>;
}
