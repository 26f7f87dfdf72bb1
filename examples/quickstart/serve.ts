import { once } from "node:events";
import { ELSEWHERE, HERE } from "./client.ts";
import type { Host } from "./host.ts";
import { BEARER, type RunningServer } from "./server.ts";

/** Keeps the server running with a new token, until it is told to stop. */
export async function serve({ tokens, file }: Host, { origin }: RunningServer): Promise<void> {
  const { secret } = await tokens.issue({
    kind: "personal",
    owner: "ada",
    actor: "ada",
    name: "to try",
    access: { orders: "read" },
    network: { include: [HERE] },
  });
  const authorization = `-H 'Authorization: ${BEARER.credentials(secret.reveal())}'`;
  process.stdout.write(`
Ada has a new token, and the server keeps running. Try these, the first one six times:

  curl -i ${authorization} ${origin}/orders
  curl -i ${authorization} ${origin}/orders -X POST
  curl -i ${authorization} ${origin}/orders --interface ${ELSEWHERE}
  curl -i ${origin}/orders

Ctrl-C stops it. The tokens stay in ${file}
`);
  tokens.start();
  await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
}
