// An authorization server and two resource servers, in three processes: an API token is exchanged for access tokens, which the resource servers
// verify by themselves; then it is revoked.
//
//   npm run example -- oauth            tells the story and ends
//   npm run example -- oauth --serve    keeps all three running and prints what to try
import { strict as assert } from "node:assert";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

interface Started {
  readonly process: ChildProcess;
  readonly url: string;
  readonly apiToken?: string;
  readonly clientSecret?: string;
}

async function start(file: string, env: NodeJS.ProcessEnv): Promise<Started> {
  const child = fork(new URL(file, import.meta.url), {
    ...{ execArgv: ["--no-warnings"], env: { ...process.env, ...env } },
  });
  const [said] = await Promise.race([once(child, "message"), once(child, "exit")]);
  if (!child.connected) throw new Error(`${file} did not start`);
  return { ...said, process: child };
}

const say = (text: string): void => console.log(text);

const authorization = await start("authorization-server.ts", {});
const { url: issuer, apiToken = "", clientSecret } = authorization;
const orders = await start("resource-server.ts", {
  ...{ ISSUER: issuer, API: "orders", CLIENT_SECRET: clientSecret },
});
const invoices = await start("resource-server.ts", { ISSUER: issuer, API: "invoices" });
say(`authorization server: ${issuer}`);
say(`resource servers: ${orders.url} (orders), ${invoices.url} (invoices)`);

/** Sends a form to an endpoint of the authorization server. */
const post = (path: string, form: Record<string, string>): Promise<Response> =>
  fetch(`${issuer}${path}`, { method: "POST", body: new URLSearchParams(form) });

interface Exchanged {
  readonly status: number;
  readonly access_token?: string;
  readonly scope?: string;
}

async function exchange(more: Record<string, string> = {}): Promise<Exchanged> {
  const grant = { grant_type: "refresh_token", refresh_token: apiToken, client_id: "cli" };
  const response = await post("/token", { ...grant, ...more });
  // A cast: what is of another shape fails below.
  return { status: response.status, ...((await response.json()) as Omit<Exchanged, "status">) };
}

const call = async ({ url }: Started, token = "", method = "GET"): Promise<number> =>
  (await fetch(url, { method, headers: { authorization: `Bearer ${token}` } })).status;

async function tell(): Promise<void> {
  const { access_token: token, scope } = await exchange();
  say(`the API token was exchanged: ${scope}`);
  assert.deepEqual([await call(orders, token), await call(invoices, token)], [200, 200]);
  say("both resource servers accept the access token");

  const narrow = await exchange({ scope: "orders:read" });
  assert.deepEqual(
    [
      await call(orders, narrow.access_token),
      await call(orders, narrow.access_token, "POST"),
      await call(invoices, narrow.access_token),
    ],
    [200, 403, 401],
  );
  say(`one for ${narrow.scope} reads orders, writes none, and is not for invoices`);

  await post("/revoke", { token: apiToken, client_id: "cli" });
  assert.equal((await exchange()).status, 400);
  const revokedAt = Date.now();
  while ((await call(orders, token)) === 200) {
    assert.ok(Date.now() - revokedAt < 3000, "an access token outlived its API token");
    await sleep(50);
  }
  say(
    "the API token was revoked: orders, which asks, refuses the access token within a second or so",
  );
  assert.equal(await call(invoices, token), 200);
  say("invoices, which never asks, accepts it until it expires");
  say("All as expected.");
}

function advise(): void {
  const form = `-d grant_type=refresh_token -d client_id=cli -d refresh_token=${apiToken}`;
  say(`\ncurl ${form} ${issuer}/token`);
  say(`curl -H "authorization: Bearer <access_token>" ${orders.url}`);
  say(`curl ${issuer}/.well-known/oauth-authorization-server`);
}

try {
  if (process.argv.includes("--serve")) {
    advise();
    await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
  } else await tell();
} finally {
  for (const { process: child } of [authorization, orders, invoices]) child.disconnect();
}
