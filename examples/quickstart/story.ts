import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Issued } from "tokenry";
import {
  type Answer,
  assertAlike,
  type Client,
  createClient,
  ELSEWHERE,
  HERE,
  hasAddress,
  mistyped,
} from "./client.ts";
import type { Host } from "./host.ts";
import { type Teller, told } from "./print.ts";
import type { RunningServer } from "./server.ts";

interface Scene {
  readonly tell: Teller;
  readonly host: Host;
  readonly call: Client;
  /** What a client saw of tokens that are not accepted. */
  readonly refusals: Answer[];
}

/** The life of one token: a program uses it over HTTP, its owner and a manager work on it in the host's own pages. */
export async function tellStory(tell: Teller, host: Host, server: RunningServer): Promise<void> {
  tell.chapter(`An orders API on ${server.origin}, its tokens in ${host.file}`);
  const scene: Scene = {
    tell,
    host: {
      ...host,
      tokens: told(tell, "tokens", host.tokens),
      users: told(tell, "users", host.users),
    },
    call: createClient(tell, server),
    refusals: [],
  };
  const issued = await issue(scene);
  await use(scene, issued);
  await spend(scene, issued);
  const second = await replace(scene, issued);
  await end(scene, second);
}

async function issue({ tell, host }: Scene): Promise<Issued> {
  const issued = await tell.step(
    "Ada, signed in to the host's own page, issues herself a token",
    "The secret is in this one answer, and prints as its hint until it is asked for. The actor is the signed-in user.",
    async () => {
      const made = await host.tokens.issue({
        kind: "personal",
        owner: "ada",
        actor: "ada",
        name: "laptop",
        access: { orders: "read" },
        network: { include: [HERE] },
      });
      assert.match(made.secret.reveal(), /^shop_pat_[0-9A-Za-z]{38}$/);
      tell.adds(`shown once: ${made.secret.reveal()}`);
      return made;
    },
  );
  await tell.step(
    "Nobody can see it again",
    "What is stored is a hash: the secret is in no answer, and in no file of the database.",
    async () => {
      const shown = await host.tokens.get({ tokenId: issued.token.id, actor: "ada" });
      assert(!JSON.stringify(shown).includes(issued.secret.reveal()));
      assert(!(await storedBytes(host.file)).includes(issued.secret.reveal()));
    },
  );
  return issued;
}

/** The database and the files beside it: its write-ahead log has what is not yet in it. */
async function storedBytes(file: string): Promise<Buffer> {
  const folder = dirname(file);
  const names = await readdir(folder);
  return Buffer.concat(await Promise.all(names.map((name) => readFile(join(folder, name)))));
}

async function use(
  { tell, host, call, refusals }: Scene,
  { secret, token }: Issued,
): Promise<void> {
  await tell.step("A program calls with it", "It passes.", () => call({ secret, expected: 200 }));
  await tell.step(
    "The same call from a network that the token does not allow",
    "Refused by the address of the connection.",
    async () => {
      if (await hasAddress(ELSEWHERE)) return call({ secret, from: ELSEWHERE, expected: 403 });
      const { id: tokenId } = token;
      await host.tokens.update({ tokenId, actor: "ada", network: { include: [ELSEWHERE] } });
      const refusal = await call({ secret, expected: 403 });
      await host.tokens.update({ tokenId, actor: "ada", network: { include: [HERE] } });
      return refusal;
    },
  );
  await tell.step(
    "A method, then an API, without access",
    "The token reads orders, and no more.",
    async () => {
      await call({ method: "POST", secret, expected: 403 });
      await call({ path: "/invoices", secret, expected: 403 });
    },
  );
  await tell.step(
    "No token, and one with a typing error",
    "Both are challenged; the second is found out by its checksum, and nothing is read.",
    async () => {
      const missing = await call({ expected: 401 });
      const invalid = await call({ secret: mistyped(secret), expected: 401 });
      assert.equal(missing.headers["www-authenticate"], 'Bearer realm="shop"');
      assert.match(invalid.headers["www-authenticate"] ?? "", /error="invalid_token"/);
      refusals.push(invalid);
    },
  );
}

async function spend({ tell, host, call }: Scene, { secret, token }: Issued): Promise<void> {
  await tell.step(
    "The budget runs out",
    "5 at once: 25 % of the API's 20 a minute, refilled evenly. The refusals before cost nothing, and so does this one.",
    async () => {
      for (let count = 2; count <= 5; count += 1) await call({ secret, expected: 200 });
      const { headers } = await call({ secret, expected: 429 });
      const wait = headers["retry-after"];
      assert.match(wait ?? "", /^([1-9]|1[0-2])$/);
      assert.equal(headers["ratelimit-policy"], '"orders";q=5;w=60');
      assert.equal(headers.ratelimit, `"orders";r=0;t=${wait}`);
    },
  );
  await tell.step(
    "Ada wants more; only those who manage tokens may give it",
    "A changed budget holds from the next call, and the secret stays.",
    async () => {
      const change = { tokenId: token.id, budgets: { orders: 100 } };
      await assert.rejects(host.tokens.update({ ...change, actor: "ada" }), { code: "forbidden" });
      await host.tokens.update({ ...change, actor: "mia" });
      await call({ secret, expected: 200 });
    },
  );
}

async function replace({ tell, host, call, refusals }: Scene, issued: Issued): Promise<Issued> {
  const { secret, token } = issued;
  const second = await tell.step(
    "Ada regenerates it",
    "A new secret in the same token: its id, name, access, network and budget stay.",
    async () => {
      const made = await host.tokens.regenerate({ tokenId: token.id, actor: "ada" });
      assert.equal(made.token.id, token.id);
      return made;
    },
  );
  await tell.step("The old secret, then the new one", "The old one was dead at once.", async () => {
    refusals.push(await call({ secret, expected: 401 }));
    await call({ secret: second.secret, expected: 200 });
  });
  return second;
}

async function end({ tell, host, call, refusals }: Scene, issued: Issued): Promise<void> {
  const { secret, token } = issued;
  await tell.step(
    "Ada is deactivated, and comes back",
    "Her tokens stop at once. They are there still, and work again when she does.",
    async () => {
      host.users.change("ada", { active: false });
      await host.tokens.ownerChanged("ada");
      refusals.push(await call({ secret, expected: 401 }));
      host.users.change("ada", { active: true });
      await host.tokens.ownerChanged("ada");
      await call({ secret, expected: 200 });
    },
  );
  await tell.step(
    "Ada revokes the token",
    "For good. Mistyped, replaced, of an inactive owner, revoked: the four refusals are the same, byte for byte.",
    async () => {
      await host.tokens.revoke({ tokenId: token.id, actor: "ada", reason: "laptop stolen" });
      refusals.push(await call({ secret, expected: 401 }));
      assert.equal(refusals.length, 4);
      assertAlike(refusals);
    },
  );
  await tell.step(
    "What remains is the audit trail, newest first",
    "Every change was committed together with its event. No event holds a secret or a hash.",
    async () => {
      const { events } = await host.tokens.events({ account: "acme", actor: "mia" });
      const types = new Set(events.map(({ type }) => type));
      const expected = ["revoked", "regenerated", "updated"].map((change) => `token.${change}`);
      assert.deepEqual([...types], [...expected, "network.refused", "token.issued"]);
    },
  );
}
