import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Kysely } from "kysely";
import {
  type Clock,
  createTokenry,
  manyChoice,
  manySliding,
  primaryBackup,
  singleFixed,
  type Tokenry,
} from "tokenry";
import { type MailTransport, mailNotifier } from "tokenry/mail";
import { migrate, nodeSqliteDialect, sqlRepository } from "tokenry/sql";
import type { People, Profile } from "./people.ts";

export type Kind = "personal" | "service" | "application" | "web";
export type ApiName = "orders" | "invoices" | "menu";
export type Tokens = Tokenry<Kind, ApiName, Profile>;

/** What the tokens of the console stand on. */
export interface TokensOptions {
  /** Where the database and the pepper are kept. */
  readonly folder: string;
  /** Where browsers find the console: links in mails lead there. */
  readonly origin: string;
  readonly people: People;
  readonly transport: MailTransport;
  readonly clock: Clock;
}

/** The four presets over three APIs, in a SQLite file. */
export async function openTokens({ folder, origin, people, transport, clock }: TokensOptions) {
  const db = new Kysely<object>({ dialect: nodeSqliteDialect(join(folder, "console.sqlite")) });
  await migrate(db);
  const repository = sqlRepository({ db });
  const methods = ["GET", "POST"];
  const window = { minutes: 1 };
  const tokens: Tokens = createTokenry({
    kinds: {
      personal: singleFixed({ prefix: "acme_pat" }),
      service: manySliding({ prefix: "acme_svc" }),
      application: manyChoice({ prefix: "acme_app" }),
      web: primaryBackup({ prefix: "acme_web" }),
    },
    apis: {
      orders: { limit: 600, window, methods },
      invoices: { limit: 120, window, methods },
      menu: { limit: 60, window, methods },
    },
    directory: people,
    repository,
    peppers: [{ id: "console", key: await readPepper(join(folder, "pepper")) }],
    notifier: mailNotifier({
      transport,
      from: "Acme Console <no-reply@acme.example>",
      app: { name: "Acme Console", url: origin },
      links: {
        tokens: () => `${origin}/profile`,
        // A code is a credential. What follows # reaches no server and no log: the page's own script takes it from the address.
        confirmRotation: (code) => `${origin}/profile#rotation=${encodeURIComponent(code)}`,
        cancelRotation: () => `${origin}/profile`,
      },
    }),
    clock,
    onError: (error) => process.stderr.write(`${error.message}\n`),
  });
  const close = async (): Promise<void> => {
    await tokens.close();
    await db.destroy();
  };
  return { tokens, idempotency: repository, close };
}

/** Beside the database for the demo only: yours comes from where your secrets are, so that a stolen database opens nothing. */
async function readPepper(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch {
    const pepper = randomBytes(32);
    await writeFile(file, pepper, { mode: 0o600 });
    return pepper;
  }
}
