// A notice goes two ways at once: as a mail over SMTP and as a signed webhook. Ada asks for a new primary token, follows the link in her
// mail, and clicks it once more.
import { strict as assert } from "node:assert";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { createTransport } from "nodemailer";
import { createTokenry, fanOut, primaryBackup } from "tokenry";
import { mailNotifier } from "tokenry/mail";
import { generateWebhookSecret, verifyWebhook, webhookNotifier } from "tokenry/webhook";
import { answerRotationLink } from "../quickstart/rotation-page.ts";
import { openPostOffice } from "./post-office.ts";

const postOffice = await openPostOffice();
const webhookSecret = generateWebhookSecret();
const heard: string[] = [];

const LONGEST_WEBHOOK = 1_000_000;

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.url?.startsWith("/rotation")) return answerRotationLink(tokens, request, response);
  if (!(Number(request.headers["content-length"]) <= LONGEST_WEBHOOK)) {
    response.writeHead(413).end();
    return;
  }
  // Who receives webhooks checks the signature over the very bytes, before it reads them.
  const body = await text(request);
  const verdict = verifyWebhook({ body, headers: request.headers }, { secrets: [webhookSecret] });
  if (verdict.ok) heard.push(verdict.payload.type);
  response.writeHead(verdict.ok ? 204 : 401).end();
}

const server = createServer((request, response) => {
  // One broken request must not end the process.
  answer(request, response).catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    response.destroy();
  });
});
await once(server.listen(0, "127.0.0.1"), "listening");
// A cast, as only a server on a pipe has another kind of address.
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

const transport = createTransport(process.env.SMTP_URL ?? postOffice.url);
const tokens = createTokenry({
  kinds: { web: primaryBackup({ prefix: "acme_web" }) },
  apis: { purge: { limit: 600, window: { minutes: 1 } } },
  directory: { find: (id) => ({ id, account: "acme", active: true, email: `${id}@acme.example` }) },
  peppers: [{ id: "2026-11", key: process.env.TOKEN_PEPPER ?? "a pepper for this example" }],
  notifier: fanOut({
    mail: mailNotifier({
      transport,
      from: "Acme <no-reply@acme.example>",
      app: { name: "Acme", url: "https://app.acme.example" },
      links: {
        tokens: () => "https://app.acme.example/tokens",
        confirmRotation: (code) => `${origin}/rotation?code=${code}`,
        cancelRotation: (code) => `${origin}/rotation/cancel?code=${code}`,
      },
    }),
    webhook: webhookNotifier({
      endpoint: { url: `${origin}/hooks`, secrets: [webhookSecret] },
      // Both for this example alone, whose receiver is on this machine.
      allowHttp: true,
      allowPrivateAddresses: true,
    }),
  }),
  onError: (error) => process.stderr.write(`${error.message} ${String(error.cause)}\n`),
});
tokens.start();

const web = { owner: "ada", kind: "web", actor: "ada" } as const;
await tokens.issue({ ...web, name: "purge script" });
await tokens.rotate(web);

async function readMail(): Promise<string> {
  const mail = await postOffice.next();
  console.log(`✉ ${mail.subject}`);
  return mail.text ?? "";
}

await readMail();
const [link = ""] = /http:\S+\/rotation\?code=\S+/.exec(await readMail()) ?? [];
const code = new URL(link).searchParams.get("code") ?? "";

async function click(method: "GET" | "POST"): Promise<string> {
  const body = method === "POST" ? new URLSearchParams({ code }) : null;
  const response = await fetch(link, { method, body });
  return `${response.status} ${/<(?:button|p)>([^<]*)/.exec(await response.text())?.[1]}`;
}
console.log(`A mail scanner follows the link: ${await click("GET")}`);
console.log(`Ada clicks the button: ${await click("POST")}`);
console.log(`She clicks again: ${await click("POST")}`);
await readMail();

while (heard.length < 3) await new Promise((resolve) => setTimeout(resolve, 20));
console.log(`⇢ webhooks: ${heard.toSorted().join(", ")}`);
assert.deepEqual(heard.toSorted(), ["rotation.confirmed", "rotation.requested", "token.issued"]);

await tokens.close();
transport.close();
postOffice.close();
server.close();
server.closeAllConnections();
console.log("All as expected.");
