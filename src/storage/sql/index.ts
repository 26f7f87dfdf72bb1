export type { ColumnTypes, SqlCapabilities } from "./capabilities.ts";
export { migrate } from "./migrate.ts";
export { type NodeSqliteOptions, nodeSqliteDialect } from "./node-sqlite-dialect.ts";
export { type SqlRepositoryOptions, sqlRepository } from "./repository.ts";
