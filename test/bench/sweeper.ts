// Sweeps a PostgreSQL in a process of its own: `million` starts this file with the URL of a database and a time that has not come yet.
import { tokenry, tokenrySql } from "./built.ts";
import { openPostgres } from "./databases.ts";
import { PREFIX } from "./samples.ts";

/** What a sweeping process tells when it has done. */
export interface Swept {
  readonly removed: number;
  readonly seconds: number;
  /** The most memory that the process has had, in bytes. */
  readonly peakBytes: number;
}

const [url = "", now = ""] = process.argv.slice(2);
const { pool, db } = await openPostgres(url);
const tokens = tokenry.createTokenry({
  kinds: { service: tokenry.manySliding({ prefix: PREFIX }) },
  apis: { orders: { limit: 1, window: { minutes: 1 } } },
  directory: { find: () => undefined },
  repository: tokenrySql().sqlRepository({ db, pool }),
  clock: { now: () => Number(now) },
});
const started = performance.now();
const { removed } = await tokens.jobs.sweep();
const seconds = (performance.now() - started) / 1000;
const swept: Swept = { removed, seconds, peakBytes: process.resourceUsage().maxRSS * 1024 };
process.send?.(swept);
await db.destroy();
