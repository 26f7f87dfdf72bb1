import { join } from "node:path";
import { requireBinary } from "./binaries.ts";
import { HOST } from "./ports.ts";
import { run, type ServerOptions, startServer, type TestServer } from "./server.ts";

/** Small, as there are many; the log's size must be what the data was made with. */
const SIZES = [
  "--innodb-buffer-pool-size=32M",
  "--innodb-log-file-size=16M",
  "--key-buffer-size=1M",
  "--aria-pagecache-buffer-size=8M",
];

/**
 * Starts a MariaDB with an empty database `test`; what it acknowledges is on the disk.
 * `args` as in `["--innodb-flush-log-at-trx-commit=0"]`.
 */
export function startMariadb({ args = [] }: ServerOptions = {}): Promise<TestServer> {
  const mariadb = requireBinary("mariadb");
  const dataOf = (folder: string): string => `--datadir=${join(folder, "data")}`;
  return startServer({
    name: "mariadb",
    stopSignal: "SIGTERM",
    leftovers: [],
    create: (folder) =>
      run([
        requireBinary("mariadbInstall"),
        ...["--no-defaults", dataOf(folder), "--auth-root-authentication-method=normal"],
        ...SIZES,
      ]),
    command: (folder, port) => [
      mariadb,
      ...["--no-defaults", dataOf(folder), `--bind-address=${HOST}`, `--port=${port}`],
      ...[`--socket=${join(folder, "socket")}`, `--pid-file=${join(folder, "pid")}`],
      // Of its own: a MariaDB that starts deletes what it takes for leftovers, the temporary tables of others that run.
      `--tmpdir=${folder}`,
      ...["--skip-name-resolve", "--max-connections=300", "--character-set-server=utf8mb4"],
      ...SIZES,
      ...args,
    ],
    url: (port) => `mysql://root@${HOST}:${port}/test`,
    ask,
  });
}

async function ask(url: string): Promise<void> {
  // Test files that need another server do not wait for the driver of this one.
  const { createConnection } = await import("mysql2/promise");
  const connection = await createConnection({ uri: url, connectTimeout: 5000 });
  try {
    await connection.query("select 1");
  } finally {
    await connection.end();
  }
}
