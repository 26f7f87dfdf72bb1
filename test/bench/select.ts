import { hash } from "node:crypto";
import type { Pool } from "pg";
import type { Call } from "./load.ts";
import { shuffled } from "./random.ts";
import { createSecrets } from "./samples.ts";

/**
 * The least that a verify over PostgreSQL does: one named prepared SELECT of all that is known of a token, by its hash. The hashes are made
 * before. Takes the sample tokens in random order.
 */
export function selectNext(pool: Pool, count: number): Call {
  const hashes = createSecrets(count).map((secret) => hash("sha256", secret, "buffer"));
  const order = shuffled(count);
  let turn = 0;
  return async () => {
    const values = [hashes[order[turn++ % count] as number]];
    const { rows } = await pool.query({ name: "floor", text: SELECT, values });
    if (rows.length !== 1) throw new Error("the floor did not find a sample token");
  };
}

const SELECT = `select id, hash, pepper, kind, owner, account, name, slot, hint, access, network, budgets, created_at, created_by,
  updated_at, secret_created_at, expires_at, last_used_at, reminded_from, version from tokenry_tokens where hash = $1`;
