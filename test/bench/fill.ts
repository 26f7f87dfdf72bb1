import type { Pool } from "pg";
import { tokenRow } from "../../src/storage/sql/token-row.ts";
import { createSecrets, storedToken } from "./samples.ts";

const ROWS_AT_ONCE = 5000;

/** Stores so many tokens in PostgreSQL, as `issue` would have stored them but without their events, and far faster. */
export async function fillTokens(
  pool: Pool,
  count: number,
  stored: typeof storedToken = storedToken,
): Promise<void> {
  const secrets = createSecrets(count);
  const now = Date.now();
  let sent: Promise<unknown> = Promise.resolve();
  for (let first = 0; first < count; first += ROWS_AT_ONCE) {
    const batch = secrets.slice(first, first + ROWS_AT_ONCE);
    const rows = batch.map((secret, at) => tokenRow(stored(secret, first + at, now)));
    const json = JSON.stringify(rows.map((row) => ({ ...row, hash: hexOf(row.hash) })));
    // The next rows are made while these are stored.
    await sent;
    sent = pool.query(INSERT, [json]);
  }
  await sent;
  await pool.query("vacuum analyze tokenry_tokens");
}

const INSERT =
  "insert into tokenry_tokens select * from json_populate_recordset(null::tokenry_tokens, $1)";

/** Bytes as PostgreSQL reads them in JSON. */
function hexOf(bytes: Uint8Array | null): string {
  return `\\x${Buffer.from(bytes ?? []).toString("hex")}`;
}
