// Owns the API tokens, in a SQLite file, and exchanges them for access tokens.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Kysely } from "kysely";
import { createTokenry, manySliding, SYSTEM } from "tokenry";
import { toNodeHandler } from "tokenry/node";
import { type OAuthClient, oauthServer, storedKeys } from "tokenry/oauth";
import { migrate, nodeSqliteDialect, sqlRepository } from "tokenry/sql";

const db = new Kysely<object>({
  dialect: nodeSqliteDialect(process.env.TOKENS_FILE ?? ":memory:"),
});
await migrate(db);
const repository = sqlRepository({ db });

const tokens = createTokenry({
  kinds: { service: manySliding({ prefix: "shop_svc" }) },
  apis: {
    orders: { limit: 600, window: { minutes: 1 } },
    invoices: { limit: 600, window: { minutes: 1 } },
  },
  directory: { find: (id) => ({ id, account: "acme", active: true }) },
  repository,
});

/** The private keys are in the same database, encrypted under a key that is not. Yours comes from where your secrets are. */
const encryptionKey = crypto.getRandomValues(new Uint8Array(32));
const keys = storedKeys({
  store: repository,
  encryptionKeys: [{ id: "2026", key: encryptionKey }],
});

const server = createServer();
server.listen(Number(process.env.PORT ?? 0), "127.0.0.1");
await once(server, "listening");
// A server on TCP has an address of this shape.
const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

const issue = async (owner: string) => {
  const { secret, token } = await tokens.issue({
    kind: "service",
    owner,
    actor: SYSTEM,
    name: owner,
  });
  return { id: token.id, secret: secret.reveal() };
};
const [ada, resourceServer] = [await issue("ada"), await issue("orders-server")];
const clients: OAuthClient[] = [
  // It may ask whether access tokens for it are still good.
  { id: "orders-server", tokenId: resourceServer.id, introspects: ["https://orders.example"] },
];

const oauth = oauthServer(tokens, {
  issuer,
  keys,
  accessTokenLifetime: { minutes: 15 },
  resources: {
    "https://orders.example": { apis: ["orders"] },
    "https://invoices.example": { apis: ["invoices"] },
  },
  clients,
  onError: (error) => console.error(error),
});
server.on("request", toNodeHandler(oauth, { origin: issuer }));

process.send?.({ url: issuer, apiToken: ada.secret, clientSecret: resourceServer.secret });

async function stop(): Promise<void> {
  server.close();
  server.closeAllConnections();
  await tokens.close();
  await db.destroy();
}
process.once("disconnect", () => void stop());
