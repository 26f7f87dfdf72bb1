import { execFile, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type Kysely, sql } from "kysely";
import { expect, test } from "vitest";
import { sqliteFile } from "../fixtures/sqlite-file.ts";
import { fillDisk, type Seen } from "./outage/full-disk.ts";

/** Runs a command where a folder is a disk of its own, of so many bytes, that nobody else sees and that goes with the command. */
function onSmallDisk(folder: string, bytes: number, command: readonly string[]): readonly string[] {
  const mount = `mount -t tmpfs -o size=${bytes} tokenry "$0" && exec "$@"`;
  return ["--user", "--map-root-user", "--mount", "sh", "-c", mount, folder, ...command];
}

const run = promisify(execFile);

/** A process of its own starts slowly on a machine that is busy. */
const TIMEOUT_MS = 60_000;
/** Several times what SQLite lets its log grow to before it writes it back, 1,000 pages: a smaller disk is full again once it was freed. */
const DISK_BYTES = 32 * 1024 * 1024;

/** Not every machine lets its users have disks: then the limit of SQLite itself stands for it. */
function canMount(): boolean {
  using file = sqliteFile();
  return spawnSync("unshare", onSmallDisk(file.folder, DISK_BYTES, ["true"])).status === 0;
}

function expectSeen({ causes, accepted, changes }: Seen): void {
  expect(causes).toEqual(["Error: database or disk is full"]);
  expect(accepted).toBe(10);
  expect(changes).toBeGreaterThan(30);
}

test(
  "where a SQLite file may not grow, changes are refused whole, calls are answered, and all goes on when it may",
  async () => {
    using file = sqliteFile();
    const limit = (db: Kysely<object>, pages: number) =>
      sql.raw(`pragma max_page_count = ${pages}`).execute(db);
    const seen = await fillDisk(file.path, {
      async fill(db) {
        const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(db);
        await limit(db, rows[0]?.page_count ?? 1);
      },
      async free(db) {
        await limit(db, 1_000_000);
      },
    });
    expectSeen(seen);
  },
  TIMEOUT_MS,
);

if (canMount()) {
  test(
    "on a full disk, changes are refused whole, calls are answered, uses are kept and reported, and all goes on when there is space",
    async () => {
      using file = sqliteFile();
      const program = fileURLToPath(new URL("outage/full-disk-process.ts", import.meta.url));
      const command = [process.execPath, "--no-warnings", program, file.folder];
      const { stdout } = await run("unshare", onSmallDisk(file.folder, DISK_BYTES, command));
      // A cast: the program prints nothing else.
      const seen = JSON.parse(stdout) as Seen;
      expectSeen(seen);
      expect(seen.reported).toEqual(["Error: database or disk is full"]);
    },
    TIMEOUT_MS,
  );
}
