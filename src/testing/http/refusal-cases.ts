import { assertEqual, assertTrue } from "../assert.ts";
import { type HttpBench, type HttpCases, type HttpGroups, requestText } from "./bench.ts";
import { assertAccepted, assertRefused, fieldOf, withoutDate } from "./expect.ts";
import type { RawAnswer } from "./raw-answer.ts";
import type { TokenWish } from "./world.ts";

/** Without a checksum. */
const MALFORMED = "svc_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/** A secret in every state that is answered with 401, by the precise reason. */
async function deadSecrets({ world }: HttpBench): Promise<Readonly<Record<string, string>>> {
  const [revoked, orphan, idle] = [
    await world.issue(),
    await world.issue(),
    await world.issue({ owner: { id: "idle" } }),
  ];
  await world.tokens.revokeCurrent(revoked.secret);
  world.owners.delete(orphan.token.owner);
  world.owners.set("idle", { id: "idle", account: idle.token.account, active: false });
  const { secret: expired } = await world.issue({ kind: "brief" });
  world.now += 3_600_000;
  const last = revoked.secret.slice(-1);
  return {
    malformed: MALFORMED,
    "with a wrong checksum": `${revoked.secret.slice(0, -1)}${last === "0" ? "1" : "0"}`,
    "of another prefix": `zzz${revoked.secret.slice(3)}`,
    revoked: revoked.secret,
    expired,
    "without an owner": orphan.secret,
    "of an inactive owner": idle.secret,
  };
}

/** Sends each of the dead secrets in the same request. */
async function answersToDead(
  bench: HttpBench,
  ask: Parameters<HttpBench["ask"]>[0] = {},
): Promise<ReadonlyMap<string, RawAnswer>> {
  const answers = new Map<string, RawAnswer>();
  for (const [name, secret] of Object.entries(await deadSecrets(bench)))
    answers.set(name, await bench.askWith(secret, ask));
  return answers;
}

const codes: HttpCases = {
  "CORE-14: every 401 about a presented token is invalid_token": async (bench) => {
    for (const [name, answer] of await answersToDead(bench)) {
      assertRefused(bench, answer, "invalid_token");
      assertEqual(fieldOf(answer, "token-expires-at"), undefined, `expiry of a token ${name}`);
    }
  },

  "CORE-14: the answers to dead tokens are the same to the byte": async (bench) => {
    const texts = [...(await answersToDead(bench))].map(
      ([name, answer]) => [name, withoutDate(answer)] as const,
    );
    assertTrue(texts[0]?.[1].startsWith("HTTP/1.1 401 "), `the first answer is ${texts[0]?.[1]}`);
    for (const [name, text] of texts) assertEqual(text, texts[0]?.[1], `a token ${name}`);
  },

  "CORE-14: so are they for a method that nobody has, and where more is asked": async (bench) => {
    for (const ask of [{ method: "DELETE" }, { path: "/reports" }, { path: "/mapped/nowhere" }]) {
      const answers = [...(await answersToDead(bench, ask)).values()];
      for (const answer of answers) assertRefused(bench, answer, "invalid_token");
      const texts = answers.map(withoutDate);
      assertEqual(new Set(texts).size, 1, `different answers to ${JSON.stringify(ask)}`);
      bench.world.beginCase();
    }
  },

  "OWN-12: API access that is switched off is api_access_disabled": async (bench) => {
    const { secret } = await bench.world.issue({ owner: { id: "off", account: "off" } });
    const owner = { id: "off", account: "off", active: true, apiAccess: false };
    bench.world.owners.set("off", owner);
    assertRefused(bench, await bench.askWith(secret), "api_access_disabled");
  },

  "OKT-33: another network is network_denied": async (bench) => {
    const { secret } = await bench.world.issue({ network: { include: ["192.0.2.0/24"] } });
    assertRefused(bench, await bench.askWith(secret), "network_denied");
  },

  "CORE-46: what the token may not do is access_denied, not 401": async (bench) => {
    const reads = await bench.world.issue({ kind: "granted", access: "read" });
    assertRefused(bench, await bench.askWith(reads.secret, { method: "POST" }), "access_denied");
    assertAccepted(await bench.askWith(reads.secret), reads);
  },

  "CORE-13: a repository that throws is unavailable": async (bench) => {
    const issued = await bench.world.issue();
    bench.world.fault = new Error("secret detail of the database");
    const answer = await bench.askWith(issued.secret);
    assertRefused(bench, answer, "unavailable");
    assertTrue(!answer.body.includes("database"), "the answer tells of the outage");
    bench.world.fault = undefined;
    assertAccepted(await bench.askWith(issued.secret), issued);
  },

  "CORE-13: a directory that throws is unavailable": async (bench) => {
    const { secret } = await bench.world.issue();
    const { owners } = bench.world;
    const { get } = owners;
    owners.get = () => {
      throw new Error("the directory is away");
    };
    try {
      assertRefused(bench, await bench.askWith(secret), "unavailable");
    } finally {
      owners.get = get;
    }
  },

  "a refusal of HEAD has the head of a refusal": async (bench) => {
    const { secret } = await bench.world.issue({ network: { include: ["192.0.2.0/24"] } });
    const refused = [
      ["", 401],
      ["Bearer", 400],
      [`Bearer ${secret}`, 403],
    ] as const;
    for (const [value, status] of refused) {
      const fields = [["Authorization", value]] as const;
      const [get, head] = [
        await bench.ask({ fields }),
        await bench.ask({ fields, method: "HEAD" }),
      ];
      assertEqual(get.status, status, "status of GET");
      assertEqual(head.status, status, "status of HEAD");
      for (const name of ["content-type", "cache-control", "www-authenticate"])
        assertEqual(fieldOf(head, name), fieldOf(get, name), name);
    }
  },

  "a refusal of HEAD has no body": async (bench) => {
    const connection = await bench.connect();
    connection.send(requestText({ method: "HEAD" }));
    assertEqual((await connection.answer("HEAD")).status, 401, "status of HEAD");
    // A body would stand before the next answer.
    connection.send(requestText({}));
    assertRefused(bench, await connection.answer(), "missing_token");
  },
};

/** A token for which several things are wrong; each check that comes earlier decides. */
const order: HttpCases = {
  "an unreadable credential is refused before any look-up": async (bench) => {
    assertRefused(bench, await bench.askWith("a b"), "invalid_request");
    assertRefused(bench, await bench.ask(), "missing_token");
    assertRefused(bench, await bench.askWith("svc_short"), "invalid_token");
    assertEqual(bench.world.reads, 0, "look-ups");
  },

  "expiry is seen before the owner, the owner before API access": async (bench) => {
    const { world } = bench;
    const wish: TokenWish = { kind: "brief", owner: { id: "both", account: "both" } };
    const { secret } = await world.issue({ ...wish, network: { include: ["192.0.2.1"] } });
    world.owners.set("both", { id: "both", account: "both", active: false, apiAccess: false });
    assertRefused(bench, await bench.askWith(secret), "invalid_token");
    world.owners.set("both", { id: "both", account: "both", active: true, apiAccess: false });
    assertRefused(bench, await bench.askWith(secret), "api_access_disabled");
    world.now += 3_600_000;
    assertRefused(bench, await bench.askWith(secret), "invalid_token");
  },

  "API access is seen before the network, the network before access": async (bench) => {
    const { world } = bench;
    const network = { include: ["192.0.2.1"] };
    const wish: TokenWish = { kind: "granted", access: "read", network };
    const { secret } = await world.issue({ ...wish, owner: { id: "net", account: "net" } });
    const post = { method: "POST" };
    world.owners.set("net", { id: "net", account: "net", active: true, apiAccess: false });
    assertRefused(bench, await bench.askWith(secret, post), "api_access_disabled");
    world.owners.set("net", { id: "net", account: "net", active: true });
    assertRefused(bench, await bench.askWith(secret, post), "network_denied");
  },

  "access is seen before the budget": async (bench) => {
    const issued = await bench.world.issue({ kind: "granted", access: "read" });
    const ask = { path: "/invoices" };
    for (let count = 0; count < 5; count += 1)
      assertAccepted(await bench.askWith(issued.secret, ask), issued);
    bench.world.runs.length = 0;
    assertRefused(bench, await bench.askWith(issued.secret, ask), "budget_exceeded");
    const post = { ...ask, method: "POST" };
    assertRefused(bench, await bench.askWith(issued.secret, post), "access_denied");
  },

  "CORE-10: what is refused spends nothing": async (bench) => {
    const { world } = bench;
    const issued = await world.issue({ kind: "granted", access: "read" });
    const refused = [
      { path: "/invoices", method: "POST" },
      { path: "/reports" },
      { path: "/finance" },
      { path: "/mapped/nowhere" },
      { fields: [["Authorization", "Basic YTpi"]] },
    ] as const;
    for (const ask of refused)
      assertEqual((await bench.askWith(issued.secret, ask)).status >= 400, true);
    for (const [path, left] of [
      ["/invoices", "4"],
      ["/orders", "299"],
    ] as const) {
      const answer = await bench.askWith(issued.secret, { path });
      const [, remaining] = /;r=([0-9]+);/.exec(fieldOf(answer, "ratelimit") ?? "") ?? [];
      assertEqual(remaining, left, `what is left for ${path}`);
    }
  },
};

/** Each refusal with its exact answer, and which of several is told. */
export const refusalGroups: HttpGroups = {
  "answers to refusals": { settings: {}, cases: codes },
  "order of the checks": { settings: {}, cases: order },
};
