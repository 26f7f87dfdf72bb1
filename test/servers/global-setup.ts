// Starts the servers that all test files of the project `servers` share, all at once, and stops them at the end.
import type { TestProject } from "vitest/node";
import { startMariadb } from "./mariadb.ts";
import { isInstalled, notRun, SERVER_NAMES, type ServerName, VARIABLES } from "./names.ts";
import { startPostgres } from "./postgres.ts";
import { startRedis } from "./redis.ts";
import { startRedisCluster } from "./redis-cluster.ts";

declare module "vitest" {
  export interface ProvidedContext {
    readonly servers: Readonly<Partial<Record<ServerName, string>>>;
  }
}

/** What these keep goes with them: nothing waits for the disk. */
const IN_MEMORY = { args: ["--appendonly", "no"] };

type Started = AsyncDisposable & { readonly url: string };

const start: Readonly<Record<ServerName, () => Promise<Started>>> = {
  postgres: () => {
    const settings = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"];
    return startPostgres({ args: settings.flatMap((setting) => ["-c", setting]) });
  },
  mariadb: () => startMariadb({ args: ["--innodb-flush-log-at-trx-commit=0"] }),
  redis: () => startRedis(IN_MEMORY),
  redisCluster: () => startRedisCluster(IN_MEMORY),
};

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const started: Started[] = [];
  const urls: Partial<Record<ServerName, string>> = {};
  const share = async (name: ServerName): Promise<void> => {
    const own = process.env[VARIABLES[name]];
    if (own !== undefined) urls[name] = own;
    else if (isInstalled(name)) {
      const server = await start[name]();
      started.push(server);
      urls[name] = server.url;
    } else project.vitest.logger.warn(notRun(`What needs ${name}`, name));
  };
  await Promise.all(SERVER_NAMES.map(share));
  project.provide("servers", urls);
  return async () => {
    await Promise.all(started.map((server) => server[Symbol.asyncDispose]()));
  };
}
