import { once } from "node:events";
import { mkdir, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startConsole } from "./app.ts";

const [folder = await mkdtemp(join(tmpdir(), "tokenry-console-"))] = process.argv.slice(2);
await mkdir(folder, { recursive: true });
const app = await startConsole({
  folder,
  port: Number(process.env.PORT ?? 0),
  elements: new URL(import.meta.resolve("tokenry/elements.js")),
});
process.stdout.write(`listening on ${app.origin}

Sign in as Uma (a user), Adam (an administrator) or Mia (a master administrator).
The tokens are in ${folder}; the mails are on the page "Outbox". Ctrl-C stops it.

  curl -i -H 'Authorization: Bearer TOKEN' ${app.origin}/api/orders
`);
await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
await app.close();
