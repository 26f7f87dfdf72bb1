import assert from "node:assert/strict";
import type { Kysely } from "kysely";
import { openSqlite } from "../../fixtures/sqlite-file.ts";
import { opened } from "./databases.ts";
import { DEEDS, openScene } from "./scene.ts";

/** A disk that can be filled. */
export interface Disk {
  fill(db: Kysely<object>): Promise<void>;
  /** Gives back what `fill` took. */
  free(db: Kysely<object>): Promise<void>;
}

/** What was seen. */
export interface Seen {
  /** Why deeds did not happen. */
  readonly causes: readonly string[];
  /** Of ten calls meanwhile, those that were accepted. */
  readonly accepted: number;
  /** What the host was told of uses that could not be written. */
  readonly reported: readonly string[];
  /** Changes that were acknowledged, and found again. */
  readonly changes: number;
}

/** So many deeds that fail one after another tell that SQLite has used what space it had. */
const FAILURES = 40;

/** Fills a disk under traffic over a SQLite file on it, and frees it again. Throws when anything that must not happen does. */
export async function fillDisk(path: string, disk: Disk): Promise<Seen> {
  const database = opened(openSqlite(path));
  await using scene = await openScene(database);
  const { traffic, world, secret } = scene;
  await disk.fill(database.db);
  await traffic.failures(FAILURES);
  world.errors.length = 0;
  const answers = traffic.calls.count();
  // By a token that lives: those of the traffic may all have ended.
  const codes = await Promise.all(Array.from({ length: 10 }, () => world.codeOf(secret)));
  // It ends nothing, and writes down what was used before it looks.
  await world.tokens.revokeCurrent("acme_svc_no-secret");
  await traffic.failures(FAILURES);
  assert.equal(answers.codes.unavailable, undefined, "a call needed space");
  const reported = [...new Set(world.errors.map(({ cause }) => String(cause)))];
  await disk.free(database.db);
  await traffic.acknowledged(DEEDS);
  const changes = await scene.audit();
  const verdict = await world.node().verify(secret, { api: "orders", method: "GET" });
  assert.ok(verdict.ok && verdict.token.lastUsedAt !== null, "a use was forgotten");
  const accepted = codes.filter((code) => code === "ok").length;
  return { causes: [...traffic.failed.causes], accepted, reported, changes };
}
