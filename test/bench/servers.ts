import { startMariadb } from "../servers/mariadb.ts";
import { isInstalled, VARIABLES } from "../servers/names.ts";
import { startPostgres } from "../servers/postgres.ts";
import { startRedis } from "../servers/redis.ts";
import type { TestServer } from "../servers/server.ts";
import type { ServerName } from "./subject.ts";

/** The servers of a subject. They end with it. */
export interface Servers extends AsyncDisposable {
  /** Where they are, for the processes of the cases. */
  readonly env: Readonly<Record<string, string>>;
  /** How they are set, a line each. */
  readonly settings: readonly string[];
}

/** How a private server is started, with what matters set as in production. */
interface Kind {
  readonly settings: string;
  readonly start: () => Promise<TestServer>;
}

const KINDS: Readonly<Record<ServerName, Kind>> = {
  postgres: {
    settings: "fsync and synchronous_commit on, shared_buffers 256 MB, max_wal_size 4 GB",
    start: () => startPostgres({ args: ["-c", "shared_buffers=256MB", "-c", "max_wal_size=4GB"] }),
  },
  mariadb: {
    settings: "innodb_flush_log_at_trx_commit 1, innodb_buffer_pool_size 256 MB",
    start: () =>
      startMariadb({
        args: ["--innodb-buffer-pool-size=256M", "--innodb-flush-log-at-trx-commit=1"],
      }),
  },
  redis: {
    settings: "no persistence",
    start: () => startRedis({ args: ["--appendonly", "no"] }),
  },
};

/** Those that the user did not name and that are not installed here either. */
export function missingServers(names: readonly ServerName[]): readonly ServerName[] {
  return names.filter((name) => urlOf(name) === undefined && !isInstalled(name));
}

/** Starts private servers, where the user has not named ones of their own. */
export async function startServers(names: readonly ServerName[]): Promise<Servers> {
  const env: Record<string, string> = {};
  const settings: string[] = [];
  const started: TestServer[] = [];
  for (const name of names) {
    const { settings: ours, start } = KINDS[name];
    const given = urlOf(name);
    if (given === undefined) {
      const server = await start();
      started.push(server);
      env[VARIABLES[name]] = server.url;
    }
    settings.push(
      `${name}: ${given === undefined ? `private, ${ours}` : "your own, as it is set"}`,
    );
  }
  return {
    env,
    settings,
    async [Symbol.asyncDispose]() {
      for (const server of started) await server[Symbol.asyncDispose]();
    },
  };
}

/** Where a server is, in the process of a case. */
export function serverUrl(name: ServerName): string {
  const url = urlOf(name);
  if (url === undefined) throw new Error(`${VARIABLES[name]} is not set`);
  return url;
}

function urlOf(name: ServerName): string | undefined {
  return process.env[VARIABLES[name]];
}
