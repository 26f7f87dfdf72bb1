import type { Generated, Kysely } from "kysely";
import { checkMethods } from "../../checks.ts";
import { checkNames, namePlugin, type TableNames } from "./names.ts";

/** A row of `tokenry_tokens`, as it is written. Times are milliseconds since 1970 (UTC). */
export interface TokenRow {
  readonly id: string;
  /** 32 bytes. */
  readonly hash: Uint8Array | null;
  readonly pepper: string | null;
  readonly kind: string;
  readonly owner: string;
  readonly account: string;
  readonly name: string;
  readonly slot: string | null;
  readonly hint: string;
  /** Documents are JSON kept as text: read back as they were written, whatever the database thinks of JSON. */
  readonly access: string | null;
  readonly network: string | null;
  /** 1 where `network` names a zone, else 0: with the account, what finds the tokens that may keep a zone in use. */
  readonly names_zones: number;
  readonly budgets: string;
  readonly created_at: number;
  readonly created_by: string;
  readonly updated_at: number;
  readonly secret_created_at: number;
  readonly expires_at: number | null;
  readonly last_used_at: number | null;
  readonly reminded_from: number | null;
  readonly version: number;
}

/** A row of `tokenry_zone_sets`: all zones of one account. */
export interface ZoneSetRow {
  readonly account: string;
  readonly revision: number;
  readonly document: string;
  /** Of a long document: the revision, `:` and its SHA-256 in hexadecimal. `null` for a short one. */
  readonly digest: string | null;
}

/**
 * What became of an event that was to be delivered: since version 0.4.0 its notices are in a table of their own, and it is `noticed`. The
 * others are of versions that had the outbox in the columns from here on. `null` where it is not to be delivered.
 */
export type DeliveryState = "noticed" | "pending" | "delivered" | "parked";

/** A row of `tokenry_events` as it is written: the trail. */
export interface EventRow {
  readonly id: string;
  readonly type: string;
  readonly at: number;
  readonly account: string;
  readonly owner: string | null;
  readonly token_id: string | null;
  readonly kind: string | null;
  readonly actor: string;
  readonly outcome: string;
  readonly data: string;
  readonly state: DeliveryState | null;
  /** Pending only: when a worker of an older version may claim it; the end of the lease while one has it. */
  readonly due_at: number | null;
  /** How often a worker of an older version has claimed it. */
  readonly attempts: number;
  /** 1 from such a claim until it is settled, else 0. */
  readonly claimed: number;
}

/** A row of `tokenry_notices`: an event on its way to one channel, until it is delivered. */
export interface NoticeRow {
  /** The event's. */
  readonly sequence: number;
  readonly channel: string;
  readonly state: "pending" | "parked";
  /**
   * While it is pending its channel, else `null`: what claims find it by. Not `channel` itself, as then each index with that column would
   * look good to a planner that believes that there are few notices, as it does before it has seen many.
   */
  readonly queue: string | null;
  /** Of whom it keeps the order: the event's token; without one its owner; without that its account. `null` once it is parked. */
  readonly lane: string | null;
  /** Pending: when a worker may claim it, the end of the lease while one has it. Parked: since when. */
  readonly due_at: number;
  /** How often it has been claimed. */
  readonly attempts: number;
  /** How many of these claims count as no try. */
  readonly untried: number;
  /** 1 from a claim until it is settled, else 0. */
  readonly claimed: number;
  /** What the last try failed with. */
  readonly failure: string | null;
}

/** A row of `tokenry_budgets`: how much of a budget is spent. */
export interface BudgetRow {
  readonly key: string;
  /** What was spent and not yet refilled, as of `at`. */
  readonly level: number;
  readonly at: number;
  /** When all is refilled: from then on the row says nothing and may go. */
  readonly empty_from: number;
}

/** The row of `tokenry_signing_keys`: what an authorization server signs with. */
export interface SigningKeysRow {
  readonly id: string;
  readonly revision: number;
  /** Encrypted. */
  readonly document: string;
}

/** A row of `tokenry_request_marks`: a request that may be sent again. */
export interface RequestMarkRow {
  /** A hash, in hexadecimal. */
  readonly key: string;
  /** A hash of what was asked for. */
  readonly fingerprint: string;
  /** From then on the row says nothing and may go. */
  readonly until: number;
  /** What it came to; `null` until that is known. */
  readonly result: string | null;
}

/** A row of `tokenry_migration`: a step that was done. The table is as Kysely's own migrator makes it, which made it in version 0.1.0. */
export interface MigrationRow {
  readonly name: string;
  /** ISO 8601, or what says that the step has begun and not ended. */
  readonly timestamp: string;
}

/** The database as Kysely sees it. Columns of integers may be read as number, bigint or text: rows are read by `row.ts`. */
export interface Tables {
  readonly tokenry_tokens: TokenRow;
  readonly tokenry_zone_sets: ZoneSetRow;
  readonly tokenry_events: EventRow & {
    /** Given by the database, rising. */
    readonly sequence: Generated<number>;
  };
  readonly tokenry_notices: NoticeRow;
  readonly tokenry_budgets: BudgetRow;
  readonly tokenry_signing_keys: SigningKeysRow;
  readonly tokenry_request_marks: RequestMarkRow;
  readonly tokenry_migration: MigrationRow;
}

/**
 * The host's database as ours: statements name tables and indexes `tokenry_…`, and what runs names them as the host wishes.
 *
 * Throws TypeError or RangeError for names that cannot be, and for what is no Kysely instance, or is one inside a transaction.
 */
export function tablesOf<Database>(db: Kysely<Database>, names: TableNames = {}): Kysely<Tables> {
  checkMethods(db, ["withoutPlugins", "transaction", "getExecutor"], "db");
  if (db.isTransaction) throw new TypeError("db must not be a transaction");
  const plugin = namePlugin(checkNames(names));
  // What other tables the host has is of no matter here. Its plugins could rename our columns or parse our documents.
  const tables = db.withoutPlugins() as unknown as Kysely<Tables>;
  return plugin === undefined ? tables : tables.withPlugin(plugin);
}
