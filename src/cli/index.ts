export {
  type ConfigDatabase,
  type ConfigRedis,
  type ConfigTables,
  defineConfig,
  type Supplied,
  type TokenryConfig,
} from "./config.ts";
