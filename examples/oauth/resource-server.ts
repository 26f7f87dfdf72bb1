// Serves one API. It has neither the tokens nor their database: access tokens are verified by the issuer's public keys.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createProtect } from "tokenry/node";
import { accessTokenVerifier, introspectParent } from "tokenry/oauth";

const { ISSUER: issuer = "", API: api = "", CLIENT_SECRET: clientSecret } = process.env;

/** Who can wait for as long as access tokens live needs no `parent`. */
const parent =
  clientSecret === undefined
    ? {}
    : {
        parent: introspectParent({
          endpoint: `${issuer}/introspect`,
          client: { id: "orders-server", secret: clientSecret },
          ttl: { seconds: 1 },
        }),
      };

const verifier = accessTokenVerifier({
  issuer,
  audience: `https://${api}.example`,
  ...parent,
  onError: (error) => console.error(error),
});
const protect = createProtect(verifier);

const server = createServer(
  protect(api, (request, response) => {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ api, for: request.token.owner.id }));
  }),
);
server.listen(0, "127.0.0.1");
await once(server, "listening");
// A server on TCP has an address of this shape.
process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });

async function stop(): Promise<void> {
  server.close();
  server.closeAllConnections();
  await verifier.close();
}
process.once("disconnect", () => void stop());
