import { checkWhole } from "../../checks.ts";

/** A row as a driver gives it: nothing in it is trusted. */
export type Row = Readonly<Record<string, unknown>>;

/**
 * What cannot be read is an outage, never a token with a part missing: the caller answers 503. The value stays out of the message.
 */
export function unreadable(column: string, cause?: unknown): Error {
  return new Error(`The column ${column} of a tokenry row cannot be read.`, { cause });
}

export function readText(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== "string") throw unreadable(column);
  return value;
}

export function readTextOrNull(row: Row, column: string): string | null {
  return row[column] === null ? null : readText(row, column);
}

/** A whole number. Drivers give integer columns as number, as bigint (better-sqlite3 when asked) or as text (pg). */
export function readInteger(row: Row, column: string): number {
  const value = row[column];
  const number = typeof value === "number" ? value : integerOf(value);
  if (!Number.isSafeInteger(number)) throw unreadable(column);
  return number;
}

export function readIntegerOrNull(row: Row, column: string): number | null {
  return row[column] === null ? null : readInteger(row, column);
}

/** Refuses to write a number that could not be read back: SQLite would store NaN as null, which for an expiry is "never". */
export function whole<Value extends number | null | undefined>(value: Value, field: string): Value {
  const most = Number.MAX_SAFE_INTEGER;
  if (value !== null && value !== undefined) checkWhole(value, -most, most, field);
  return value;
}

/** A column of bytes. */
export function readBytes(row: Row, column: string, length: number): Uint8Array {
  const value = row[column];
  if (!(value instanceof Uint8Array) || value.length !== length) throw unreadable(column);
  return value;
}

/** A column of JSON that must have the shape that `isExpected` looks for. */
export function readDocument<Document>(
  row: Row,
  column: string,
  isExpected: (value: unknown) => value is Document,
): Document {
  const value = parsed(readText(row, column), column);
  if (!isExpected(value)) throw unreadable(column);
  return value;
}

function integerOf(value: unknown): number {
  if (typeof value === "bigint") return Number(value);
  return typeof value === "string" && /^-?\d+$/.test(value) ? Number(value) : Number.NaN;
}

function parsed(text: string, column: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unreadable(column, error);
  }
}
