/** The code by which MySQL and MariaDB say that a unique key is taken. */
const MYSQL_TAKEN_KEY = "ER_DUP_ENTRY";

/** Codes by which PostgreSQL and MySQL say that another transaction was in the way, a taken unique key among them. */
const CODES: ReadonlySet<unknown> = new Set([
  "40001",
  "40P01",
  "55P03",
  "23505",
  "ER_LOCK_DEADLOCK",
  "ER_LOCK_WAIT_TIMEOUT",
  "ER_CHECKREAD",
  MYSQL_TAKEN_KEY,
]);

const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;

/** What drivers put on their errors: `errcode` is node:sqlite's. */
type DriverError = { readonly code?: unknown; readonly errcode?: unknown };

/**
 * Whether an error says that nothing happened because another transaction was in the way.
 *
 * A taken unique key counts where writers run side by side: every step looks for the conflicts that it can tell first, so a key that is
 * taken all the same was taken meanwhile, and a fresh try will see by whom. SQLite has one writer at a time: there it is a mistake.
 */
export function isLostRace(error: unknown): boolean {
  const { code, errcode } = driverError(error);
  if (CODES.has(code)) return true;
  if (code === "ERR_SQLITE_ERROR")
    return [SQLITE_BUSY, SQLITE_LOCKED].includes(primaryCode(errcode));
  return typeof code === "string" && /^SQLITE_(?:BUSY|LOCKED)/.test(code);
}

/** Whether MySQL or MariaDB refused a statement for a unique key that is taken: the statement did nothing, and its transaction goes on. */
export function isTakenKey(error: unknown): boolean {
  return driverError(error).code === MYSQL_TAKEN_KEY;
}

/** Whether SQLite, by `node:sqlite`, could not get a lock that it may get by waiting: a stale snapshot never does. */
export function isBusy(error: unknown): boolean {
  const { errcode } = driverError(error);
  return primaryCode(errcode) === SQLITE_BUSY && errcode !== SQLITE_BUSY_SNAPSHOT;
}

/** `SQLITE_BUSY | (2 << 8)` of https://sqlite.org/rescode.html. */
const SQLITE_BUSY_SNAPSHOT = 517;

function primaryCode(errcode: unknown): number {
  return typeof errcode === "number" ? errcode & 0xff : 0;
}

function driverError(error: unknown): DriverError {
  return typeof error === "object" && error !== null ? error : {};
}
