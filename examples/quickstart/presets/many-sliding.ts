import assert from "node:assert/strict";
import { createTokenry, type Issued, manySliding, SYSTEM } from "tokenry";
import { type Client, HERE } from "../client.ts";
import { createClock } from "../clock.ts";
import { createUsers } from "../host.ts";
import { type Teller, told } from "../print.ts";
import { SSWS } from "../server.ts";
import { withClient } from "./with-client.ts";

/** Many tokens for a service account, each alive for 30 days from its last accepted call. */
export async function tellManySliding(tell: Teller): Promise<void> {
  tell.chapter("manySliding: many tokens, each for 30 days from its last accepted use");
  const scene = createScene(tell);
  await withClient(tell, scene.node, (call) => play(tell, { ...scene, call }), SSWS);
}

function createScene(tell: Teller) {
  const clock = createClock();
  const users = createUsers(
    { id: "reports", account: "acme", active: true, access: "full" },
    { id: "mia", account: "acme", active: true, managesTokens: true },
  );
  const node = createTokenry({
    kinds: { service: manySliding({ prefix: "acme_svc" }) },
    apis: { orders: { limit: 6, window: { minutes: 1 } } },
    directory: users,
    cache: { owner: false },
    clock,
  });
  return {
    node,
    clock: told(tell, "clock", clock),
    users: told(tell, "users", users),
    tokens: told(tell, "tokens", node),
  };
}

interface Scene extends ReturnType<typeof createScene> {
  readonly call: Client;
}

async function play(tell: Teller, scene: Scene): Promise<void> {
  const used = await slide(tell, scene);
  await restrict(tell, scene, used);
  await limit(tell, scene, used);
  const { users, tokens, call } = scene;
  await tell.step(
    "The service account is deactivated",
    "Its tokens are gone at the same time, for good: none comes back with the account.",
    async () => {
      users.change("reports", { active: false });
      const { revoked } = await tokens.deprovision({ owner: "reports", actor: SYSTEM });
      assert.equal(revoked, 1);
      users.change("reports", { active: true });
      await call({ secret: used.secret, expected: 401 });
    },
  );
}

async function slide(tell: Teller, { clock, tokens, call }: Scene): Promise<Issued> {
  const order = { kind: "service", owner: "reports", actor: "mia" } as const;
  const [used, unused] = await tell.step(
    "A service account gets two tokens",
    "As many as it needs, each alive for 30 days from now.",
    async () => [
      await tokens.issue({ ...order, name: "nightly" }),
      await tokens.issue({ ...order, name: "spare" }),
    ],
  );
  await tell.step(
    "The clock moves 29 days, twice; one of them is used",
    "An accepted call makes it 30 days again. What was not used for 30 days has expired.",
    async () => {
      for (const _ of ["once", "twice"]) {
        clock.passDays(29);
        await call({ secret: used.secret, expected: 200 });
      }
      await call({ secret: unused.secret, expected: 401 });
      const living = await tokens.list({ owner: "reports", actor: "mia" });
      const lives = living.tokens.map(
        ({ expiresAt, lastUsedAt }) => Number(expiresAt) - Number(lastUsedAt),
      );
      assert.deepEqual(lives, [30 * 86_400_000]);
    },
  );
  return used;
}

async function restrict(tell: Teller, scene: Scene, { secret, token }: Issued): Promise<void> {
  const { users, tokens, call } = scene;
  await tell.step(
    "The account's privileges are lowered",
    "The token does what its owner may do now.",
    async () => {
      await call({ method: "POST", secret, expected: 200 });
      users.change("reports", { access: "read" });
      await call({ method: "POST", secret, expected: 403 });
    },
  );
  await tell.step(
    "The token, already in use, is restricted to a network zone",
    "Zone and restriction hold from the next call; the secret stays.",
    async () => {
      const zone = { account: "acme", name: "data-center", actor: "mia" };
      await tokens.zones.put({ ...zone, ranges: ["10.20.0.0/16"] });
      const network = { include: ["zone:data-center"] };
      await tokens.update({ tokenId: token.id, actor: "mia", network });
      await call({ secret, expected: 403 });
      await tokens.zones.put({ ...zone, ranges: ["10.20.0.0/16", HERE] });
      await call({ secret, expected: 200 });
    },
  );
}

async function limit(tell: Teller, scene: Scene, { secret, token }: Issued): Promise<void> {
  const { clock, tokens, call } = scene;
  await tell.step(
    "It may spend half of the API's 6 calls a minute, until that is adjusted",
    "50 % of each API's maximum is where every token begins.",
    async () => {
      clock.passDays(1);
      for (const _ of [1, 2, 3]) await call({ secret, expected: 200 });
      const { headers } = await call({ secret, expected: 429 });
      assert.equal(headers["retry-after"], "20");
      await tokens.update({ tokenId: token.id, actor: "mia", budgets: { orders: 75 } });
      await call({ secret, expected: 200 });
    },
  );
}
