import { generateKeyPairSync, sign } from "node:crypto";
import { once } from "node:events";
import { createServer, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createTokenry, manyChoice, SYSTEM } from "tokenry";
import { githubLeaks } from "tokenry/leaks";
import { createProtect, toNodeHandler } from "tokenry/node";

const tokens = createTokenry({
  kinds: { personal: manyChoice({ prefix: "shop_pat" }) },
  apis: { orders: { limit: 600, window: { minutes: 1 } } },
  directory: { find: (id) => ({ id, account: "acme", active: true }) },
  notifier: {
    deliver: async ({ type, owner, data }) => {
      if (type === "token.leaked") console.log(`told ${owner}: ${JSON.stringify(data)}`);
    },
  },
});
tokens.start({ every: { seconds: 1 } });

const protect = createProtect(tokens);

/** Stands in for GitHub, which signs what it reports. Leave `publicKeys` out to have GitHub's own keys fetched. */
const github = generateKeyPairSync("ec", { namedCurve: "P-256" });
const key = github.publicKey.export({ type: "spki", format: "pem" });
const leaks = githubLeaks(tokens, {
  publicKeys: async () => ({ public_keys: [{ key_identifier: "example", key }] }),
  types: ["shop_api_token"],
  onError: (error) => console.error(error),
});

const routes = new Map<string, RequestListener>([
  [
    "GET /orders",
    protect("orders", (request, response) => sendJson(response, 200, request.token.owner.id)),
  ],
  ["POST /leaks", toNodeHandler(leaks)],
]);

const server = createServer((request, response) => {
  const [path] = request.url?.split("?", 1) ?? [];
  const listener = routes.get(`${request.method} ${path}`);
  if (listener === undefined) sendJson(response, 404, { error: "not found" });
  else listener(request, response);
});

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
}

const { secret } = await tokens.issue({
  kind: "personal",
  owner: "ada",
  actor: SYSTEM,
  name: "laptop",
  access: "full",
});
const found = {
  token: secret.reveal(),
  type: "shop_api_token",
  url: "https://github.com/octocat/Hello-World/blob/main/.env",
  source: "commit",
};
const body = JSON.stringify([found]);
const signature = sign("sha256", Buffer.from(body), github.privateKey).toString("base64");

await once(server.listen(Number(process.env.PORT ?? 0), "127.0.0.1"), "listening");
// A cast, as only a server on a pipe has another kind of address.
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const use = `curl -i -H 'Authorization: Bearer ${found.token}' ${origin}/orders`;
console.log(`listening on ${origin}
secret: ${found.token}
signature: ${signature}
body: ${body}
${use}
curl -i -H 'Github-Public-Key-Identifier: example' -H 'Github-Public-Key-Signature: ${signature}' -d '${body}' ${origin}/leaks
${use}`);

await once(process, "SIGTERM");
server.close();
server.closeAllConnections();
await tokens.close();
