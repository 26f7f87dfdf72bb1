import assert from "node:assert/strict";
import { createTokenry, type Issued, type Owner, primaryBackup } from "tokenry";
import type { Client } from "../client.ts";
import { createUsers } from "../host.ts";
import { createMailbox } from "../mailbox.ts";
import { type Teller, told } from "../print.ts";
import { TOK } from "../server.ts";
import { withClient } from "./with-client.ts";

/** A primary and a backup token, and a link by mail that makes the next primary. */
export async function tellPrimaryBackup(tell: Teller): Promise<void> {
  tell.chapter("primaryBackup: a primary and a backup, replaced by a link in a mail");
  const scene = createScene(tell);
  const stage = async (call: Client, { origin }: { readonly origin: string }) => {
    scene.site.origin = origin;
    await play(tell, { ...scene, call });
  };
  await withClient(tell, scene.node, stage, TOK);
}

/** An administrator gives API access by the methods that a user may call. */
function granted(...methods: string[]): Pick<Owner, "methods" | "apiAccess"> {
  return { methods, apiAccess: methods.length > 0 };
}

function createScene(tell: Teller) {
  const facts = { account: "acme", active: true, email: "ada@acme.example" };
  const users = createUsers({ id: "ada", ...facts, ...granted() });
  const site = { origin: "" };
  const mailbox = createMailbox(tell, ({ type, code }) =>
    code === undefined ? `${type}, see your profile` : `${site.origin}/rotation?code=${code}`,
  );
  const node = createTokenry({
    kinds: { web: primaryBackup({ prefix: "cdn_web" }) },
    apis: { orders: { limit: 600, window: { minutes: 1 } } },
    directory: users,
    notifier: mailbox,
    peppers: [{ id: "2026", key: crypto.getRandomValues(new Uint8Array(32)) }],
    cache: { owner: false },
  });
  return {
    node,
    site,
    mailbox,
    users: told(tell, "users", users),
    tokens: told(tell, "tokens", node),
  };
}

interface Scene extends ReturnType<typeof createScene> {
  readonly call: Client;
}

const ADA_WEB = { owner: "ada", kind: "web", actor: "ada" } as const;

async function play(tell: Teller, scene: Scene): Promise<void> {
  const old = await issue(tell, scene);
  const code = await request(tell, scene, old);
  const secret = await confirm(tell, scene, { old, code });
  const { users, tokens, call } = scene;
  await tell.step(
    "The programs have moved over; Ada deletes the backup",
    "Only now has the old secret ended.",
    async () => {
      await tokens.revoke({ tokenId: old.token.id, actor: "ada" });
      await call({ secret: old.secret, expected: 401 });
      await call({ secret, expected: 200 });
    },
  );
  await tell.step("The administrator takes all methods away", "No method, no access.", async () => {
    users.change("ada", granted());
    await call({ secret, expected: 403 });
  });
}

async function issue(tell: Teller, { users, tokens, call }: Scene): Promise<Issued> {
  return tell.step(
    "An administrator grants Ada GET and POST; she generates her token",
    "Without a method she gets none. With two, those are what her token does.",
    async () => {
      const order = { ...ADA_WEB, name: "purge script" };
      await assert.rejects(tokens.issue(order), { code: "api_access_disabled" });
      users.change("ada", granted("GET", "POST"));
      const issued = await tokens.issue(order);
      await call({ method: "POST", secret: issued.secret, expected: 200 });
      await call({ method: "DELETE", secret: issued.secret, expected: 403 });
      return issued;
    },
  );
}

async function request(tell: Teller, scene: Scene, old: Issued): Promise<string> {
  const { tokens, mailbox, call } = scene;
  return tell.step(
    "Ada asks for a new primary; a mail brings her a link",
    "Until it is followed nothing has changed. A mail scanner that opens it changes nothing either.",
    async () => {
      await tokens.jobs.deliver();
      await tokens.rotate(ADA_WEB);
      await tokens.jobs.deliver();
      const code = mailbox.notices.at(-1)?.code ?? "";
      await call({ path: `/rotation?code=${code}`, expected: 200 });
      await call({ secret: old.secret, expected: 200 });
      const page = await tokens.list({ owner: "ada", actor: "ada" });
      assert.deepEqual(
        page.tokens.map(({ slot }) => slot),
        ["primary"],
      );
      return code;
    },
  );
}

/** What the page's button sends, as a browser would. */
async function pressButton(call: Client, code: string, expected: number): Promise<string> {
  const { body } = await call({ path: `/rotation?code=${code}`, expected: 200 });
  const field = /name="code" value="([^"]*)"/.exec(body)?.[1] ?? "";
  const pressed = await call({
    method: "POST",
    path: "/rotation",
    form: { code: field },
    expected,
  });
  return pressed.body;
}

interface Rotation {
  readonly old: Issued;
  readonly code: string;
}

async function confirm(tell: Teller, { call, tokens }: Scene, { old, code }: Rotation) {
  return tell.step(
    "Ada opens the link and presses the button, twice",
    "The new primary works, the old one is the backup and works too; the second click is harmless.",
    async () => {
      const secret = /<code>(\S+)<\/code>/.exec(await pressButton(call, code, 200))?.[1] ?? "";
      await pressButton(call, code, 400);
      await call({ secret, expected: 200 });
      await call({ secret: old.secret, expected: 200 });
      const { tokens: both } = await tokens.list({ owner: "ada", actor: "ada" });
      assert.deepEqual(new Set(both.map(({ slot }) => slot)), new Set(["primary", "backup"]));
      return secret;
    },
  );
}
