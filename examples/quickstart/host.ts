import { join } from "node:path";
import { Kysely } from "kysely";
import { createTokenry, manyChoice, type Owner, type Tokenry } from "tokenry";
import { migrate, nodeSqliteDialect, sqlRepository } from "tokenry/sql";

/** The host's own users. A real host asks its database. */
export interface Users {
  find(id: string): Owner | undefined;
  change(id: string, facts: Partial<Owner>): void;
}

export function createUsers(...owners: Owner[]): Users {
  const users = new Map(owners.map((owner) => [owner.id, owner]));
  return {
    find: (id) => users.get(id),
    change(id, facts) {
      const user = users.get(id);
      if (user !== undefined) users.set(id, { ...user, ...facts });
    },
  };
}

/** An application that uses tokenry: its users, and its tokens in a SQLite file. */
export interface Host {
  readonly users: Users;
  readonly tokens: Tokenry<"personal", "orders" | "invoices">;
  readonly file: string;
  close(): Promise<void>;
}

export async function openHost(folder: string): Promise<Host> {
  const file = join(folder, "tokens.sqlite");
  const db = new Kysely({ dialect: nodeSqliteDialect(file) });
  await migrate(db);
  const users = createUsers(
    { id: "ada", account: "acme", active: true, email: "ada@acme.example" },
    { id: "mia", account: "acme", active: true, managesTokens: true },
  );
  const tokens = createTokenry({
    // A preset, with two of its rules changed: users issue their own tokens, each for a quarter of an API's rate.
    kinds: { personal: manyChoice({ prefix: "shop_pat", issuedBy: "owner", budgetPercent: 25 }) },
    apis: {
      orders: { limit: 20, window: { minutes: 1 } },
      invoices: { limit: 20, window: { minutes: 1 } },
    },
    directory: users,
    repository: sqlRepository({ db }),
    onError: (error) => process.stderr.write(`${error.message}\n`),
  });
  return {
    users,
    tokens,
    file,
    async close() {
      await tokens.close();
      await db.destroy();
    },
  };
}
