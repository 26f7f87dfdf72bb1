import assert from "node:assert/strict";
import { createTokenry, type Issued, manyChoice } from "tokenry";
import type { Client } from "../client.ts";
import { createClock } from "../clock.ts";
import { createUsers } from "../host.ts";
import { type Teller, told } from "../print.ts";
import { withClient } from "./with-client.ts";

/** An administrator makes tokens for other users, with a level for each API and a life of 3, 6 or 12 months. */
export async function tellManyChoice(tell: Teller): Promise<void> {
  tell.chapter("manyChoice: an administrator makes tokens for users, with a level for each API");
  const scene = createScene(tell);
  await withClient(tell, scene.node, (call) => play(tell, { ...scene, call }));
}

function createScene(tell: Teller) {
  const clock = createClock();
  const api = { limit: 600, window: { minutes: 1 }, methods: ["GET", "POST"] };
  const node = createTokenry({
    kinds: { application: manyChoice({ prefix: "acme_app" }) },
    apis: { orders: api, invoices: api, payroll: api },
    directory: createUsers(
      { id: "ben", account: "acme", active: true },
      { id: "mia", account: "acme", active: true, managesTokens: true },
    ),
    clock,
  });
  return { node, clock: told(tell, "clock", clock), tokens: told(tell, "tokens", node) };
}

interface Scene extends ReturnType<typeof createScene> {
  readonly call: Client;
}

async function play(tell: Teller, scene: Scene): Promise<void> {
  const first = await issue(tell, scene);
  await grant(tell, scene, first);
  const second = await regenerate(tell, scene, first);
  const { tokens, call } = scene;
  await tell.step(
    "Revoke one; revoke all",
    "One by its link, the rest by one button, in one commit.",
    async () => {
      const { secret } = await issueTo(scene, "kitchen", "read");
      await issueTo(scene, "stock", "read");
      await tokens.revoke({ tokenId: second.token.id, actor: "mia" });
      await call({ secret: second.secret, expected: 401 });
      await call({ secret, expected: 200 });
      assert.equal((await tokens.revokeAll({ owner: "ben", actor: "mia" })).revoked, 2);
      await call({ secret, expected: 401 });
    },
  );
}

function issueTo({ tokens }: Scene, name: string, access: "read" | "full"): Promise<Issued> {
  return tokens.issue({ kind: "application", owner: "ben", actor: "mia", name, access });
}

async function issue(tell: Teller, { tokens }: Scene): Promise<Issued> {
  const order = { kind: "application", owner: "ben", name: "till" } as const;
  return tell.step(
    "Mia, who manages tokens, makes one for Ben; Ben himself may not",
    "3, 6 or 12 months: 6 when she chooses nothing, and nothing else.",
    async () => {
      await assert.rejects(tokens.issue({ ...order, actor: "ben" }), { code: "forbidden" });
      const odd = tokens.issue({ ...order, actor: "mia", expiresIn: { months: 5 } });
      await assert.rejects(odd, { code: "invalid_input" });
      const access = { orders: "full", invoices: "read" } as const;
      return tokens.issue({ ...order, actor: "mia", access });
    },
  );
}

async function grant(tell: Teller, scene: Scene, { secret, token }: Issued): Promise<void> {
  const { tokens, call } = scene;
  await tell.step(
    "Full access to orders, read access to invoices, none to payroll",
    "Full is GET and POST, read is GET; an API that is not named has none.",
    async () => {
      await call({ method: "POST", path: "/orders", secret, expected: 200 });
      await call({ method: "GET", path: "/invoices", secret, expected: 200 });
      await call({ method: "POST", path: "/invoices", secret, expected: 403 });
      await call({ method: "GET", path: "/payroll", secret, expected: 403 });
    },
  );
  await tell.step(
    "Mia applies one level to all APIs",
    "It holds from the next call; secret and expiry stay.",
    async () => {
      await tokens.update({ tokenId: token.id, actor: "mia", access: "read" });
      await call({ method: "POST", path: "/orders", secret, expected: 403 });
      await call({ method: "GET", path: "/payroll", secret, expected: 200 });
    },
  );
}

async function regenerate(tell: Teller, scene: Scene, first: Issued): Promise<Issued> {
  const { clock, tokens, call } = scene;
  return tell.step(
    "The clock moves 150 days; Mia regenerates the token, this time for 12 months",
    "The same token with its levels, a new secret and a new life. The old secret was dead at once.",
    async () => {
      clock.passDays(150);
      const request = { tokenId: first.token.id, actor: "mia", expiresIn: { months: 12 } };
      const second = await tokens.regenerate(request);
      assert.equal(second.token.id, first.token.id);
      await call({ secret: first.secret, expected: 401 });
      clock.passDays(364);
      await call({ path: "/payroll", secret: second.secret, expected: 200 });
      return second;
    },
  );
}
