import assert from "node:assert/strict";
import { createTokenry, type Issued, memoryRepository, singleFixed } from "tokenry";
import { assertAlike, type Client, mistyped } from "../client.ts";
import { createClock } from "../clock.ts";
import { createUsers } from "../host.ts";
import { createMailbox } from "../mailbox.ts";
import { type Teller, told } from "../print.ts";
import { withClient } from "./with-client.ts";

/** One token per user, gone after 180 days, valid in every region. */
export async function tellSingleFixed(tell: Teller): Promise<void> {
  tell.chapter("singleFixed: one token per user, for 180 days, in all regions");
  const scene = createScene(tell);
  await withClient(tell, scene.europe, (callEurope) =>
    withClient(tell, scene.america, (callAmerica) =>
      play(tell, { ...scene, callEurope, callAmerica }),
    ),
  );
}

function createScene(tell: Teller) {
  const clock = createClock();
  const facts = { account: "acme", active: true, email: "ada@acme.example" };
  const users = createUsers({ id: "ada", ...facts, access: { orders: "read" } });
  const options = {
    kinds: { personal: singleFixed({ prefix: "backup_pat" }) },
    apis: { orders: { limit: 600, window: { minutes: 1 } } },
    directory: users,
    // Two regions are two processes over one database; here it is memory that they share.
    repository: memoryRepository(),
    notifier: createMailbox(tell, ({ type }) => `${type}, see your profile`),
    cache: { owner: false },
    clock,
  } as const;
  const europe = createTokenry(options);
  return {
    clock: told(tell, "clock", clock),
    users: told(tell, "users", users),
    tokens: told(tell, "tokens", europe),
    europe,
    america: createTokenry(options),
  };
}

interface Scene extends ReturnType<typeof createScene> {
  readonly callEurope: Client;
  readonly callAmerica: Client;
}

const ORDER = { kind: "personal", owner: "ada", actor: "ada", name: "my token" } as const;

async function play(tell: Teller, scene: Scene): Promise<void> {
  const first = await issue(tell, scene);
  await use(tell, scene, first);
  await replace(tell, scene, first);
  await tell.step(
    "Support switches the API token option off for Ada",
    "What she has is refused, and she gets no other.",
    async () => {
      const { secret } = await scene.tokens.issue(ORDER);
      scene.users.change("ada", { apiAccess: false });
      await scene.callEurope({ secret, expected: 403 });
      await assert.rejects(scene.tokens.issue(ORDER), { code: "api_access_disabled" });
    },
  );
}

async function issue(tell: Teller, { tokens }: Scene): Promise<Issued> {
  const first = await tell.step(
    "Ada generates her token on her profile page",
    "A mail confirms it.",
    async () => {
      const issued = await tokens.issue(ORDER);
      assert.equal((await tokens.jobs.deliver()).delivered, 1);
      return issued;
    },
  );
  await tell.step("A second one, while she has the first", "One token, at any one time.", () =>
    assert.rejects(tokens.issue(ORDER), { code: "slot_taken" }),
  );
  return first;
}

async function use(tell: Teller, scene: Scene, { secret, token }: Issued): Promise<void> {
  const { callEurope, callAmerica, users, clock, tokens } = scene;
  await tell.step(
    "One token opens both regions, as far as Ada's role goes now",
    "Access is not in the token: her new role counts from the next call.",
    async () => {
      await callEurope({ secret, expected: 200 });
      await callAmerica({ method: "POST", secret, expected: 403 });
      users.change("ada", { access: { orders: "full" } });
      await callAmerica({ method: "POST", secret, expected: 200 });
    },
  );
  await tell.step(
    "The clock moves 179 days",
    "It works still. Its use has not moved its end.",
    async () => {
      clock.passDays(179);
      await callEurope({ secret, expected: 200 });
      const { expiresAt } = await tokens.get({ tokenId: token.id, actor: "ada" });
      assert.deepEqual(expiresAt, token.expiresAt);
    },
  );
}

async function replace(tell: Teller, scene: Scene, first: Issued): Promise<void> {
  const { callEurope, callAmerica, clock, tokens } = scene;
  const second = await tell.step(
    "To replace it, Ada revokes it first",
    "Revoked in all regions, confirmed by mail; then she may generate the next.",
    async () => {
      await tokens.revoke({ tokenId: first.token.id, actor: "ada" });
      await callEurope({ secret: first.secret, expected: 401 });
      await callAmerica({ secret: first.secret, expected: 401 });
      const issued = await tokens.issue(ORDER);
      assert.equal((await tokens.jobs.deliver()).delivered, 2);
      return issued;
    },
  );
  await tell.step(
    "The clock moves 180 days",
    "Expired, and refused like one that never was; then deleted, so that nothing needs to be revoked before the next.",
    async () => {
      clock.passDays(180);
      const expired = await callEurope({ secret: second.secret, expected: 401 });
      assertAlike([expired, await callEurope({ secret: mistyped(second.secret), expected: 401 })]);
      assert.equal((await tokens.jobs.sweep()).removed, 1);
    },
  );
}
