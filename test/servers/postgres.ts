import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { requireBinary } from "./binaries.ts";
import { HOST } from "./ports.ts";
import { run, type ServerOptions, startServer, type TestServer } from "./server.ts";

/** Starts a PostgreSQL with an empty database `postgres`; what it acknowledges is on the disk. `args` as in `["-c", "fsync=off"]`. */
export function startPostgres({ args = [] }: ServerOptions = {}): Promise<TestServer> {
  const postgres = requireBinary("postgres");
  const folderOf = (folder: string): string => join(folder, "data");
  return startServer({
    name: "postgres",
    // SIGTERM would wait for the clients to leave.
    stopSignal: "SIGINT",
    // Should the process id in it be another's by now, PostgreSQL would not start.
    leftovers: ["data/postmaster.pid"],
    create: (folder) =>
      run([
        join(dirname(postgres), "initdb"),
        `--pgdata=${folderOf(folder)}`,
        ...["--username=postgres", "--auth=trust", "--no-locale", "--encoding=UTF8", "--no-sync"],
      ]),
    command: (folder, port) => [
      postgres,
      ...["-D", folderOf(folder), "-p", `${port}`, "-h", HOST],
      ...["-c", "unix_socket_directories=", "-c", "max_connections=300"],
      ...["-c", "shared_buffers=32MB", "-c", "log_min_messages=fatal"],
      ...statistics(postgres),
      ...args,
    ],
    url: (port) => `postgres://postgres@${HOST}:${port}/postgres`,
    ask,
  });
}

/** Counts statements, for tests that count round trips (`create extension pg_stat_statements`), where it is installed. */
function statistics(postgres: string): readonly string[] {
  const library = join(dirname(postgres), "../lib/pg_stat_statements.so");
  return existsSync(library) ? ["-c", "shared_preload_libraries=pg_stat_statements"] : [];
}

async function ask(url: string): Promise<void> {
  // Test files that need another server do not wait for the driver of this one.
  const { default: pg } = await import("pg");
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  client.on("error", () => undefined);
  try {
    await client.connect();
    await client.query("select 1");
  } finally {
    await client.end();
  }
}
