import { checkFunctions, checkKeys, checkMethods, checkObject } from "../checks.ts";
import type { Tokenry } from "../face.ts";
import type { SigningKeys } from "../oauth/keys/signing-keys.ts";
import type { Awaitable } from "../ports/awaitable.ts";
import type { Notifier } from "../ports/notifier.ts";
import type { Pepper } from "../secret/keyring.ts";

/** A value, or a function that makes it when a command needs it. */
export type Supplied<Value extends object> = Value | (() => Awaitable<Value>);

/** A Kysely instance, of any tables. */
export interface ConfigDatabase {
  withoutPlugins(): unknown;
  transaction(): unknown;
  getExecutor(): unknown;
}

/** A client of ioredis, iovalkey or node-redis. */
export interface ConfigRedis {
  ping(): PromiseLike<unknown>;
}

/** Where tokenry's tables are: the same as was given to `sqlRepository`. */
export interface ConfigTables {
  /** Only where Kysely's dialect does not tell. */
  readonly dialect?: "postgres" | "mysql" | "mariadb" | "sqlite";
  readonly schema?: string;
  /** Default `"tokenry_"`. */
  readonly prefix?: string;
}

/** What the command line works with. Each part says who needs it. */
export interface TokenryConfig {
  /** Your tokenry, for all commands but `migrate`, `schema` and `keys`. It is closed when the command has ended. */
  readonly tokens?: Supplied<Tokenry>;
  /** For `migrate`, and for `doctor`. */
  readonly database?: Supplied<ConfigDatabase>;
  readonly tables?: ConfigTables;
  /** For `doctor`, which asks it for an answer and for its time. */
  readonly redis?: Supplied<ConfigRedis>;
  /** For `doctor`: what you gave to your adapter. `[]` says that there is no proxy. */
  readonly trustProxy?: readonly string[];
  /** For `doctor`: what you gave to `createTokenry`. */
  readonly peppers?: readonly Pepper[];
  /** For `doctor`: what you gave to `createTokenry`. */
  readonly notifier?: Notifier;
  /** For `doctor`: those of your authorization server, by `storedKeys` or `suppliedKeys` of tokenry/oauth. */
  readonly signingKeys?: Supplied<SigningKeys>;
  /** Closes your own clients. Called once when the command has ended, after the tokenry is closed. */
  readonly close?: () => Awaitable<void>;
}

const KEYS: ReadonlySet<string> = new Set([
  "tokens",
  "database",
  "tables",
  "redis",
  "trustProxy",
  "peppers",
  "notifier",
  "signingKeys",
  "close",
]);
const TABLE_KEYS: ReadonlySet<string> = new Set(["dialect", "schema", "prefix"]);

/**
 * Says what `npx tokenry` works with. Returns the configuration as it is: it is there for its types.
 *
 * Values may be functions: a command calls those that it needs, once.
 *
 * @example
 * // tokenry.config.ts
 * export default defineConfig({ tokens: () => createTokenry({ … }), database: db, close: () => db.destroy() });
 */
export function defineConfig(config: TokenryConfig): TokenryConfig {
  return config;
}

/** Checks what a file has as its default export. Throws TypeError that names the path. */
export function checkConfig(value: unknown): TokenryConfig {
  checkKeys(value, KEYS, "config");
  // A cast, as the keys are checked one by one, here and where their values are used.
  const config = value as TokenryConfig;
  for (const name of ["tokens", "database", "redis", "signingKeys"] as const)
    checkSupplied(config[name], `config.${name}`);
  if (config.tables !== undefined) checkKeys(config.tables, TABLE_KEYS, "config.tables");
  if (config.notifier !== undefined) checkMethods(config.notifier, ["deliver"], "config.notifier");
  for (const name of ["peppers", "trustProxy"] as const) {
    if (config[name] !== undefined && !Array.isArray(config[name]))
      throw new TypeError(`config.${name} must be an array`);
  }
  checkFunctions({ close: config.close }, "config");
  return config;
}

function checkSupplied(value: unknown, path: string): void {
  if (value !== undefined && typeof value !== "function") checkObject(value, path);
}

/** The value itself, checked for the methods by which it is known. */
export async function supplied<Value extends object>(
  given: Supplied<Value>,
  methods: readonly (string & keyof Value)[],
  path: string,
): Promise<Value> {
  const value = typeof given === "function" ? await given() : given;
  checkMethods(value, methods, path);
  return value;
}
