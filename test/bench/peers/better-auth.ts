import { randomBytes } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import type { Pool } from "pg";
import type { Loop } from "../measure.ts";
import { shuffled } from "../random.ts";

/** What is called of better-auth and its API-key plugin 1.7.5. Written down here, as the packages are there on demand only. */
interface Auth {
  readonly options: unknown;
  readonly $context: Promise<{
    readonly internalAdapter: { createUser(user: object): Promise<{ readonly id: string }> };
  }>;
  readonly api: {
    createApiKey(request: { body: object }): Promise<{ readonly key: string }>;
    verifyApiKey(request: { body: object }): Promise<{ readonly valid: boolean }>;
  };
}

/** A better-auth with some keys. */
export interface BetterAuth {
  readonly keys: readonly string[];
  /** Makes keys. */
  readonly issue: Loop;
  /** Verifies the next key, in random order, with a permission and the rate limit on. Throws when it is refused. */
  readonly verifyNext: () => Promise<void>;
  /** Verifies a key, with a permission and the rate limit on. */
  readonly isValid: (key: string) => Promise<boolean>;
  /** Verifies keys one after the other. */
  readonly verify: Loop;
}

type Drivers = DatabaseSync | Pool;

const PERMISSIONS = { orders: ["read"] };
const HALF_YEAR_SECONDS = 180 * 86_400;

/** Opens a better-auth with so many keys of one user: in its own memory adapter, in a new SQLite database, or in PostgreSQL. */
export async function openBetterAuth(count: number, database?: Drivers): Promise<BetterAuth> {
  const auth = await openAuth(database);
  const { internalAdapter } = await auth.$context;
  const user = await internalAdapter.createUser({ name: "bench", email: "bench@example.com" });
  const issue = async (): Promise<string> => {
    const body = { userId: user.id, name: "bench", expiresIn: HALF_YEAR_SECONDS };
    const made = await auth.api.createApiKey({ body: { ...body, permissions: PERMISSIONS } });
    return made.key;
  };
  const keys: string[] = [];
  while (keys.length < count) keys.push(await issue());
  const order = shuffled(count);
  let turn = 0;
  const isValid = async (key: string): Promise<boolean> =>
    (await auth.api.verifyApiKey({ body: { key, permissions: PERMISSIONS } })).valid;
  const verifyNext = async (): Promise<void> => {
    if (!(await isValid(keys[order[turn++ % count] as number] as string)))
      throw new Error("better-auth refused a sample key");
  };
  return {
    keys,
    verifyNext,
    isValid,
    async issue(calls) {
      for (let call = 0; call < calls; call++) await issue();
    },
    async verify(calls) {
      for (let call = 0; call < calls; call++) await verifyNext();
    },
  };
}

async function openAuth(database: Drivers | undefined): Promise<Auth> {
  const betterAuth = await load("better-auth", "betterAuth");
  const apiKey = await load("@better-auth/api-key", "apiKey");
  const memoryAdapter = await load("better-auth/adapters/memory", "memoryAdapter");
  const tables = { user: [], session: [], account: [], verification: [], apikey: [] };
  const rateLimit = { enabled: true, maxRequests: 1_000_000_000, timeWindow: 60_000 };
  const auth = betterAuth({
    secret: randomBytes(32).toString("base64"),
    baseURL: "http://localhost",
    database: database ?? memoryAdapter(tables),
    plugins: [apiKey({ rateLimit })],
    telemetry: { enabled: false },
    logger: { disabled: true },
  }) as Auth;
  if (database !== undefined) {
    const getMigrations = await load("better-auth/db/migration", "getMigrations");
    const { runMigrations } = (await getMigrations(auth.options)) as {
      runMigrations(): Promise<void>;
    };
    await runMigrations();
  }
  return auth;
}

/** A function of a package, which is loaded by a name that no compiler looks up. */
async function load(name: string, exported: string): Promise<(options: unknown) => unknown> {
  const loaded: Record<string, (options: unknown) => unknown> = await import(name);
  const found = loaded[exported];
  if (found === undefined) throw new Error(`${name} has no ${exported}`);
  return found;
}
