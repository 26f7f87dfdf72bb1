import { checkKeys, checkWhole } from "../../checks.ts";
import type { IdempotencyStore } from "../../ports/idempotency-store.ts";
import type { KeyStore } from "../../ports/key-store.ts";
import type { Repository } from "../../ports/repository.ts";
import { claimNotices } from "./claim-notices.ts";
import { commit } from "./commit.ts";
import { Deadlines, PATIENCE } from "./deadline.ts";
import { eventReads } from "./events.ts";
import { findByHash, runOn } from "./find-by-hash.ts";
import { parkedNotices, retryNotices } from "./parked-notices.ts";
import { connected, type SqlPool } from "./pool.ts";
import { pruneEvents } from "./prune-events.ts";
import { requestMarks } from "./request-marks.ts";
import { settleNotices } from "./settle-notices.ts";
import { replaceSigningKeys, signingKeys } from "./signing-keys.ts";
import { contextOf, type SqlContext, type SqlOptions } from "./sql-context.ts";
import { tokenReads } from "./token-reads.ts";
import { touch } from "./touch.ts";
import { guarded, throwWithoutValues } from "./without-values.ts";
import { ZoneReader } from "./zone-documents.ts";
import { zoneReads } from "./zone-steps.ts";

/** What {@link sqlRepository} works with. */
export interface SqlRepositoryOptions<Database> extends SqlOptions<Database> {
  /**
   * The pool of `db`'s dialect: a `Pool` of `pg`, or the pool of `mysql2` (not of `mysql2/promise`). Look-ups then run as prepared
   * statements, and a connection that does not answer is thrown away. All statements run over it and not over `db`: what `db` logs, and
   * what its dialect does to new connections, has no part in them. Leave it out behind a PgBouncer that knows no prepared statements.
   */
  readonly pool?: SqlPool | undefined;
  /**
   * How long a statement may take, in milliseconds, 1 to 600,000: what the database has not answered by then is an outage. A look-up is
   * one statement, connection and all; up to two more, each with as long, follow only where its account has a long document of zones that
   * this process does not know yet. Other work may wait longer for a connection while the database answers; without `pool`, where a wait
   * for a connection looks like any other, for a statement, too. Default 1,500; for SQLite, where only the lock of another process can be
   * waited for, 10,000.
   */
  readonly timeoutMs?: number | undefined;
}

const OPTIONS: ReadonlySet<string> = new Set([
  "db",
  "pool",
  "schema",
  "prefix",
  "capabilities",
  "timeoutMs",
]);

const TIMEOUT_MS = 1500;
const SQLITE_TIMEOUT_MS = 10_000;

/**
 * Keeps tokens, zones, events, signing keys and marks of requests in a SQL database through Kysely, beside the host's own tables. Run
 * `migrate` first, with the same names.
 *
 * Any number of processes may share the database. A commit that was given up because the database did not answer is not tried again, and
 * is not committed later, unless it was the answer to its last statement that did not come: then nobody knows. Throws TypeError or
 * RangeError that names the option. What its methods throw is the driver's error without what holds values of rows: not its statement,
 * nor its detail.
 *
 * @example
 * const pool = new Pool({ connectionString, connectionTimeoutMillis: 1000 });
 * const db = new Kysely<MyTables>({ dialect: new PostgresDialect({ pool }) });
 * const repository = sqlRepository({ db, pool });
 */
export function sqlRepository<Database>(
  options: SqlRepositoryOptions<Database>,
): Repository & KeyStore & IdempotencyStore {
  checkKeys(options, OPTIONS, "options");
  const given = contextOf(options);
  const deadlines = new Deadlines(timeoutOf(options, given));
  const { context, run = runOn(context, deadlines) } = connected(given, options.pool, deadlines);
  const readZones = new ZoneReader();
  const bound = <Value>(work: () => Promise<Value>) =>
    deadlines.bound(work, PATIENCE).catch(throwWithoutValues);
  const boundEach = <Value>(work: (each: SqlContext) => Promise<Value>) =>
    deadlines.boundEach(context, work).catch(throwWithoutValues);
  const [tokens, zones] = [tokenReads(context.db), zoneReads(context.db, readZones)];
  const events = eventReads(context.db);
  return {
    findByHash: guarded(findByHash(context, { readZones, deadlines, run })),
    touch: guarded(touch(context, deadlines)),
    commit: (change) => boundEach((each) => commit(each)(change)),
    findById: (id) => bound(() => tokens.findById(id)),
    listByOwner: (page) => bound(() => tokens.listByOwner(page)),
    expiredBefore: (now, limit) => bound(() => tokens.expiredBefore(now, limit)),
    expiringBetween: (...range) => bound(() => tokens.expiringBetween(...range)),
    zones: (account) => bound(() => zones.zones(account)),
    events: (page) => bound(() => events.events(page)),
    claimNotices: (claim) => boundEach((each) => claimNotices(each, claim)),
    settleNotices: (outcomes) => boundEach((each) => settleNotices(each, outcomes)),
    parkedNotices: (page) => boundEach((each) => parkedNotices(each, page)),
    retryNotices: (choice) => boundEach((each) => retryNotices(each, choice)),
    pruneEvents: (...range) => boundEach((each) => pruneEvents(each, ...range)),
    signingKeys: () => bound(() => signingKeys(context.db)),
    replaceSigningKeys: (next) => boundEach((each) => replaceSigningKeys(each, next)),
    ...requestMarks(boundEach),
  };
}

function timeoutOf(
  { timeoutMs }: Pick<SqlRepositoryOptions<unknown>, "timeoutMs">,
  { capabilities }: SqlContext,
): number {
  const usual = capabilities.dialect === "sqlite" ? SQLITE_TIMEOUT_MS : TIMEOUT_MS;
  return checkWhole(timeoutMs ?? usual, 1, 600_000, "options.timeoutMs");
}
