// Real servers for tests: see "Servers" in CONTRIBUTING.md. What does not run in vitest imports the files that it needs.
export { type FreshDatabase, freshDatabase } from "./fresh-database.ts";
export { startMariadb } from "./mariadb.ts";
export type { ServerName } from "./names.ts";
export { type ForwardingStyle, type NginxOptions, startNginx } from "./nginx.ts";
export { startPostgres } from "./postgres.ts";
export { type ProxyTarget, startProxy, type TestProxy } from "./proxy.ts";
export { startRedis } from "./redis.ts";
export { startRedisCluster, type TestCluster } from "./redis-cluster.ts";
export type { ServerOptions, TestServer } from "./server.ts";
export {
  describeWithBinary,
  describeWithServer,
  type SharedServer,
  sharedServer,
} from "./shared.ts";
