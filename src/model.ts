/**
 * The words of tokenry as types: everything that a caller gives or gets.
 *
 * Times that a caller sees are `Date`; durations are {@link Duration}; lengths of time in numbers carry their unit in the name.
 */
import type { DenialCode } from "./errors.ts";

/**
 * A length of time, as whole, non-negative numbers of calendar and clock units, not all zero.
 *
 * `years` and `months` are UTC calendar steps, clamped to the last day of the month (31 August + 6 months = 28 or 29 February); the
 * others are exact. Source: CORE-27, TV-04.
 *
 * @example
 * const halfYear: Duration = { months: 6 };
 */
export interface Duration {
  readonly seconds?: number;
  readonly minutes?: number;
  readonly hours?: number;
  readonly days?: number;
  readonly weeks?: number;
  readonly months?: number;
  readonly years?: number;
}

/**
 * What may be done on one API: `"none"`; `"read"` (GET and HEAD); `"full"` (every method that the API has); or a list of methods.
 *
 * A list that holds GET holds HEAD too. Source: CRT-05, EDG-05, DEC-12.
 */
export type Level = "none" | "read" | "full" | readonly string[];

/**
 * One level for every API known now, or a level per API, where an API that is not named has none. Source: CRT-06, CORE-47.
 *
 * @example
 * const access: Access = { orders: "full", invoices: "read" };
 */
export type Access<Api extends string = string> = Level | { readonly [A in Api]?: Level };

/**
 * From where a token works. An entry is an address, a CIDR block, a range `a-b`, or `zone:NAME`.
 *
 * Allowed is what is in `include` (or anywhere, when `include` is absent) and in no `exclude`: exclude wins. Source: CORE-51, DEC-16.
 *
 * @example
 * const network: Network = { include: ["10.0.0.0/8", "zone:office"], exclude: ["10.9.0.0/16"] };
 */
export interface Network {
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
}

/** Percentages (whole, 1 to 100) of an API's maximum rate, by API; an API that is not named has the kind's default. */
export type BudgetPercents<Api extends string = string> = { readonly [A in Api]?: number };

/** A unique place in an owner's allowance; `null` where a kind allows many tokens without a limit. */
export type Slot = string | null;

/** How long tokens of a kind live. Source: OWN-02, OKT-20, CRT-03, CORE-20. */
export type Expiry =
  | { readonly type: "fixed"; readonly after: Duration }
  | { readonly type: "sliding"; readonly unusedFor: Duration; readonly atMost?: Duration }
  | { readonly type: "choice"; readonly options: readonly Duration[]; readonly default: Duration }
  | { readonly type: "never" };

/**
 * A configured class of tokens: a prefix and a set of rules. The presets `singleFixed`, `manySliding`, `manyChoice` and
 * `primaryBackup` make the four common ones.
 */
export interface TokenKind {
  /** `[a-z][a-z0-9]*(_[a-z0-9]+)*`, 2 to 32 characters, unique over all kinds and their former prefixes. */
  readonly prefix: string;
  /** Prefixes of secrets issued earlier: still accepted, no longer issued. */
  readonly formerPrefixes?: readonly string[];
  /** One token per owner, a primary and a backup, or many. */
  readonly slots: "single" | "pair" | "many";
  /** `many` only: at most this many per owner, 1 to 10,000; holds under concurrency. Default: no limit. */
  readonly maxPerOwner?: number;
  /** `pair` only: a backup ends by itself at the earlier of its own expiry and this long after the rotation. Default: it stays. */
  readonly backupFor?: Duration;
  readonly expiry: Expiry;
  /** `owner`: all that the owner may do now. `granted`: levels kept on the token, capped by what the owner may do now. */
  readonly access: "owner" | "granted";
  readonly replacement: "revoke-first" | "regenerate" | "rotate";
  /** `pair` only: a rotation takes effect when its link is followed. Needs `peppers`. Default `false`. */
  readonly confirmRotation?: boolean;
  /** How long a rotation can be confirmed, 10 minutes to 24 hours. Default 1 hour. */
  readonly confirmWithin?: Duration;
  /** `owner` (default): owners issue for themselves, managers for others too. `manager`: only those who manage tokens. */
  readonly issuedBy?: "owner" | "manager";
  /** The share of each API's maximum rate that one token may spend, in whole percent, 1 to 100. Default 50. Source: OKT-62. */
  readonly budgetPercent?: number;
  /** How long before its expiry a token's owner is reminded. Default 30, 7 and 1 days. Source: IND-42, CORE-29. */
  readonly reminders?: readonly Duration[];
  /** What a report of a leak does: ends the token and tells its owner (default), or only tells. Source: IND-07, IND-13. */
  readonly onLeak?: "revoke" | "notify";
}

/** An API that tokens open: its maximum rate for one account and the methods that it has. */
export interface Api {
  /** The account's maximum number of calls in a window, over all its tokens; whole, at least 1. */
  readonly limit: number;
  readonly window: Duration;
  /** Default GET, POST, PUT, PATCH, DELETE. HEAD is allowed wherever GET is. */
  readonly methods?: readonly string[];
}

/** What the host knows of an owner, true now; asked at every verify and kept for a few seconds. */
export interface Owner<Profile = unknown> {
  readonly id: string;
  /** The account (tenant, organisation) that the owner belongs to. */
  readonly account: string;
  /** `false`: no token of this owner works. */
  readonly active: boolean;
  /** `false`: the API token option is switched off; tokens are refused, not deleted. Default `true`. Source: OWN-12, DEC-17. */
  readonly apiAccess?: boolean;
  /** HTTP methods that an administrator allows; `[]` = none. Default all. Source: EDG-05. */
  readonly methods?: readonly string[];
  /** Live privilege per API. Default `"full"`. Source: OKT-27. */
  readonly access?: Access;
  /** May act on other owners' tokens in the same account. Default `false`. Source: CRT-01. */
  readonly managesTokens?: boolean;
  /** Where notices to this owner go. */
  readonly email?: string;
  /** Roles, business units and the like; handed back with each accepted verdict. */
  readonly profile?: Profile;
}

/** What a caller may know of a token. The secret is not in it. */
export interface Token<Kind extends string = string> {
  readonly id: string;
  readonly kind: Kind;
  readonly owner: string;
  readonly account: string;
  readonly name: string;
  readonly slot: Slot;
  /** What may be shown of the secret: its prefix and last four characters. */
  readonly hint: string;
  /** Levels kept on the token; `null` where the kind follows its owner. */
  readonly access: Readonly<Record<string, Level>> | null;
  readonly network: Network | null;
  readonly budgets: Readonly<Record<string, number>>;
  readonly createdAt: Date;
  /** The owner id of who issued it, or `"SYSTEM"`. */
  readonly createdBy: string;
  /** When it was last changed: later with each change, also of one millisecond. Uses are no changes. */
  readonly updatedAt: Date;
  /** The first instant at which the token is no longer accepted; `null` = never. */
  readonly expiresAt: Date | null;
  /** The last noted use, exact to a minute. */
  readonly lastUsedAt: Date | null;
}

/** The state of a budget after a call: that of the token or of its account, whichever has less left. */
export interface BudgetState {
  /** Calls that an unspent budget admits at once. */
  readonly limit: number;
  /** Whole calls that could be made now. */
  readonly remaining: number;
  /** Milliseconds in which a spent budget fills again. */
  readonly windowMs: number;
  /** Milliseconds until the budget is full, if nothing more is spent. */
  readonly resetMs: number;
}

/** What a call asks for. */
export interface VerifyRequest<ApiName extends string = string, Profile = unknown> {
  /** The API called, as named in the options. An unknown one is `access_denied`. */
  readonly api: ApiName;
  /** The method of the request line, in capitals as sent: methods are case-sensitive (RFC 9110 section 9.1). */
  readonly method: string;
  /** The client's address as text. Without it every network rule refuses. */
  readonly address?: string | undefined;
  /** How many calls this one counts for; whole, at least 1. Default 1. */
  readonly cost?: number | undefined;
  /**
   * What the token must be allowed on the API besides the method of this call: `"read"`, `"full"` (every method that the API has), or a
   * list of methods. Default: the method of this call is enough. Less is `access_denied`, and spends nothing.
   */
  readonly level?: Exclude<Level, "none"> | undefined;
  /**
   * Whether this owner may make the call, asked once the network allows it: `false` is `access_denied`, and spends nothing. Answers at
   * once; what it throws, and any other answer, is reported and refused as `unavailable`.
   */
  readonly permits?: ((owner: Owner<Profile>) => boolean) | undefined;
}

/** An entry of the audit trail, as a caller sees it. No entry holds a secret or a hash. */
export interface TokenEvent {
  readonly id: string;
  readonly type: EventType;
  readonly at: Date;
  readonly account: string;
  /** Whose token it is; `null` for events about an account's zones. */
  readonly owner: string | null;
  readonly tokenId: string | null;
  readonly kind: string | null;
  /** Who did it: an owner id, or `"SYSTEM"`. */
  readonly actor: string;
  readonly outcome: "done" | "refused";
  /** Facts of this type of event: what changed, why, from where. */
  readonly data: EventData;
}

/** Facts of an event: plain JSON values. */
export type EventData = Readonly<Record<string, JsonValue>>;

/** A value that JSON can hold. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** Every type of event, as values. */
export const EVENT_TYPES = [
  "token.issued",
  "token.revoked",
  "token.regenerated",
  "token.updated",
  "token.expiring",
  "token.expired",
  "rotation.requested",
  "rotation.confirmed",
  "rotation.cancelled",
  "owner.deprovisioned",
  "owner.refused",
  "network.refused",
  "token.leaked",
  "zone.changed",
  "zone.removed",
] as const;

/** Every type of event. */
export type EventType = (typeof EVENT_TYPES)[number];

/** The channel by which notices go unless the notifier has channels of its own. */
export const DEFAULT_CHANNEL = "notifier";

/** A named set of network ranges of one account. Source: OKT-40, OKT-41. */
export interface Zone {
  readonly name: string;
  /** Addresses, CIDR blocks or ranges `a-b`. */
  readonly ranges: readonly string[];
  /** `true`: no token of the account works from here, whatever its own rule. Source: CORE-54. */
  readonly blocked: boolean;
}

/** The host's own trusted code as an actor: may do everything. A symbol, so that no input from outside can be it. */
export const SYSTEM: unique symbol = Symbol.for("tokenry.system") as never;

/** Who performs a management operation: an owner id, or {@link SYSTEM}. */
export type Actor = string | typeof SYSTEM;

/** The answer to a call. Refusals are values: only misuse by the host's own code throws. */
export type Verdict<Kind extends string = string, Profile = unknown> =
  | Accepted<Kind, Profile>
  | Refused;

/** The call may go on. */
export interface Accepted<Kind extends string = string, Profile = unknown> {
  readonly ok: true;
  readonly token: Token<Kind>;
  /** What the directory said of the owner, a few seconds ago at most. */
  readonly owner: Owner<Profile>;
  readonly budget: BudgetState;
  /** Whose budget `budget` is: the one with less left. */
  readonly budgetOf: BudgetHolder;
  /** The claims of the access token that was presented (RFC 9068); absent where it was an API token. */
  readonly claims?: Readonly<Record<string, JsonValue>>;
}

/** A call spends from two budgets: the token's own, and the maximum of its account. */
export type BudgetHolder = "token" | "account";

/** The call is refused, and nothing was spent or noted. */
export interface Refused {
  readonly ok: false;
  /** The precise reason, for the host and its logs; not for the client. */
  readonly code: DenialCode;
  readonly status: 400 | 401 | 403 | 429 | 503;
  /** Safe to show: the same text for every 401 about a presented token. */
  readonly message: string;
  /** Present once the secret has been recognised. */
  readonly tokenId?: string;
  /** `budget_exceeded` only. */
  readonly budget?: BudgetState;
  /** `budget_exceeded` only: whose budget `budget` is. */
  readonly budgetOf?: BudgetHolder;
  /** `budget_exceeded` only: milliseconds until this call would fit; absent when its cost is above the limit. */
  readonly retryAfterMs?: number;
}
