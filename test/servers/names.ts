import { type Binary, findBinary } from "./binaries.ts";

/** The servers that a run of the tests shares. */
export type ServerName = "postgres" | "mariadb" | "redis" | "redisCluster";

export const SERVER_NAMES: readonly ServerName[] = ["postgres", "mariadb", "redis", "redisCluster"];

/** What tests can start: what is not shared, each test file starts for itself. OpenSSL is no server: it is run. */
export type ProgramName = ServerName | "nginx" | "openssl";

/** The environment variables with the URLs of servers of one's own. */
export const VARIABLES: Readonly<Record<ServerName, string>> = {
  postgres: "TOKENRY_TEST_POSTGRES",
  mariadb: "TOKENRY_TEST_MARIADB",
  redis: "TOKENRY_TEST_REDIS",
  redisCluster: "TOKENRY_TEST_REDIS_CLUSTER",
};

const BINARIES: Readonly<Record<ProgramName, Binary>> = {
  postgres: "postgres",
  mariadb: "mariadb",
  redis: "redis",
  redisCluster: "redis",
  nginx: "nginx",
  openssl: "openssl",
};

/** Whether such a server can be started here. */
export function isInstalled(name: ProgramName): boolean {
  return findBinary(BINARIES[name]) !== undefined;
}

/** Says that something could not be done for want of a server. */
export function notRun(what: string, name: ProgramName): string {
  return `${what} was not run: no ${BINARIES[name]} found`;
}
