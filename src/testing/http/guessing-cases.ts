import { assertEqual } from "../assert.ts";
import {
  bearer,
  type Field,
  type HttpBench,
  type HttpCases,
  type HttpGroups,
  requestText,
} from "./bench.ts";
import { assertAccepted, assertRefused, fieldOf } from "./expect.ts";
import type { RawAnswer } from "./raw-answer.ts";

/** A client behind the proxy that is trusted. */
function from(address: string): Field {
  return ["X-Forwarded-For", address];
}

const HERE = "203.0.113.7";

/** Sends so many requests over one connection, and gives the statuses. */
async function statusesOf(bench: HttpBench, text: string, times: number): Promise<number[]> {
  const connection = await bench.connect();
  connection.send(text.repeat(times));
  const statuses: number[] = [];
  for (let count = 0; count < times; count += 1) statuses.push((await connection.answer()).status);
  connection.destroy();
  return statuses;
}

/** Fails so many attempts with a token that was revoked. */
async function failFrom(bench: HttpBench, fields: readonly Field[], times: number): Promise<void> {
  const { secret } = await bench.world.issue();
  await bench.world.tokens.revokeCurrent(secret);
  const text = requestText({ fields: [bearer(secret), ...fields] });
  const statuses = await statusesOf(bench, text, times);
  assertEqual([...new Set(statuses)].join(), "401", `statuses of ${times} failed attempts`);
}

function assertBlocked(bench: HttpBench, answer: RawAnswer, retryAfter = "2"): void {
  assertRefused(bench, answer, "too_many_failures");
  assertEqual(fieldOf(answer, "retry-after"), retryAfter, "Retry-After");
}

const limited: HttpCases = {
  "CORE-68: the 31st attempt after 30 failures is refused before any look-up": async (bench) => {
    const issued = await bench.world.issue();
    await failFrom(bench, [from(HERE)], 30);
    const { reads } = bench.world;
    assertBlocked(bench, await bench.askWith(issued.secret, { fields: [from(HERE)] }));
    assertBlocked(bench, await bench.askWith("svc_no", { fields: [from(HERE)] }));
    assertEqual(bench.world.reads, reads, "look-ups");
  },

  "a valid token works up to the limit": async (bench) => {
    const issued = await bench.world.issue();
    await failFrom(bench, [from(HERE)], 29);
    assertAccepted(await bench.askWith(issued.secret, { fields: [from(HERE)] }), issued);
    bench.world.runs.length = 0;
    await failFrom(bench, [from(HERE)], 1);
    assertBlocked(bench, await bench.askWith(issued.secret, { fields: [from(HERE)] }));
  },

  "one attempt is let in again every two seconds": async (bench) => {
    const issued = await bench.world.issue();
    await failFrom(bench, [from(HERE)], 30);
    bench.world.now += 1999;
    assertBlocked(bench, await bench.askWith(issued.secret, { fields: [from(HERE)] }), "1");
    bench.world.now += 1;
    await failFrom(bench, [from(HERE)], 1);
    assertBlocked(bench, await bench.askWith(issued.secret, { fields: [from(HERE)] }));
    bench.world.now += 2000;
    assertAccepted(await bench.askWith(issued.secret, { fields: [from(HERE)] }), issued);
  },

  "after a minute all attempts are back": async (bench) => {
    await failFrom(bench, [from(HERE)], 30);
    bench.world.now += 60_000;
    await failFrom(bench, [from(HERE)], 30);
    assertBlocked(bench, await bench.askWith("svc_no", { fields: [from(HERE)] }));
  },

  "another address is not held back": async (bench) => {
    const issued = await bench.world.issue();
    await failFrom(bench, [from(HERE)], 30);
    const fields = [from("203.0.113.8")];
    assertAccepted(await bench.askWith(issued.secret, { fields }), issued);
  },

  "an address that a client makes up does not help it": async (bench) => {
    await failFrom(bench, [from(`198.51.100.1, ${HERE}`)], 30);
    const answer = await bench.askWith("svc_no", { fields: [from(`198.51.100.2, ${HERE}`)] });
    assertBlocked(bench, answer);
  },

  "an IPv6 client is its /64": async (bench) => {
    const issued = await bench.world.issue();
    await failFrom(bench, [from("2001:db8:0:1::1")], 30);
    const sameNet = [from("2001:db8:0:1:ffff:ffff:ffff:ffff")];
    assertBlocked(bench, await bench.askWith(issued.secret, { fields: sameNet }));
    const otherNet = [from("2001:db8:0:2::1")];
    assertAccepted(await bench.askWith(issued.secret, { fields: otherNet }), issued);
  },

  "IP-02: an IPv4-mapped address is the IPv4 address": async (bench) => {
    await failFrom(bench, [from("::ffff:203.0.113.7")], 30);
    assertBlocked(bench, await bench.askWith("svc_no", { fields: [from(HERE)] }));
  },

  "every 401 about a presented token counts": async (bench) => {
    const { world } = bench;
    const { secret: expired } = await world.issue({ kind: "brief" });
    world.now += 3_600_000;
    const orphan = await world.issue();
    world.owners.delete(orphan.token.owner);
    for (const secret of ["svc_no", expired, orphan.secret]) {
      const text = requestText({ fields: [bearer(secret), from(HERE)] });
      assertEqual((await statusesOf(bench, text, 10)).join(), "401,".repeat(10).slice(0, -1));
    }
    assertBlocked(bench, await bench.askWith("svc_no", { fields: [from(HERE)] }));
  },

  "requests without a credential and unreadable ones do not count": async (bench) => {
    const issued = await bench.world.issue();
    for (const fields of [[], [["Authorization", "Bearer a b"]]] as const)
      await statusesOf(bench, requestText({ fields: [...fields, from(HERE)] }), 31);
    assertAccepted(await bench.askWith(issued.secret, { fields: [from(HERE)] }), issued);
  },

  "403, 429 and 503 do not count": async (bench) => {
    const { world } = bench;
    const away = await world.issue({ network: { include: ["192.0.2.1"] } });
    const issued = await world.issue();
    const fields = [from(HERE)];
    const denied = requestText({ fields: [bearer(away.secret), ...fields] });
    assertEqual(new Set(await statusesOf(bench, denied, 31)).has(401), false, "a 401 among 403s");
    const spending = requestText({ path: "/invoices", fields: [bearer(issued.secret), ...fields] });
    await statusesOf(bench, spending, 36);
    world.fault = new Error("the database is away");
    await statusesOf(bench, requestText({ fields: [bearer(issued.secret), ...fields] }), 31);
    world.fault = undefined;
    assertAccepted(await bench.askWith(issued.secret, { fields }), issued);
  },

  "who is blocked and presents nothing is told that a token is required": async (bench) => {
    await failFrom(bench, [from(HERE)], 30);
    assertRefused(bench, await bench.ask({ fields: [from(HERE)] }), "missing_token");
  },

  "a client without an address is not limited": async (bench) => {
    const issued = await bench.world.issue();
    await failFrom(bench, [], 31);
    await failFrom(bench, [from("unknown")], 31);
    assertAccepted(await bench.askWith(issued.secret), issued);
  },

  "the limit is one for all routes": async (bench) => {
    const issued = await bench.world.issue();
    for (const path of ["/orders", "/invoices", "/mapped/orders"]) {
      const text = requestText({ path, fields: [bearer("svc_no"), from(HERE)] });
      await statusesOf(bench, text, 10);
    }
    const ask = { path: "/reports", fields: [from(HERE)] };
    assertBlocked(bench, await bench.askWith(issued.secret, ask));
  },

  "the limit holds for a token's own end, and such attempts count": async (bench) => {
    const issued = await bench.world.issue();
    const current = { method: "DELETE", path: "/current" } as const;
    const text = requestText({ ...current, fields: [bearer("svc_no"), from(HERE)] });
    await statusesOf(bench, text, 30);
    assertBlocked(bench, await bench.askWith("svc_no", { fields: [from(HERE)] }));
    const ask = { ...current, fields: [from(HERE)] };
    assertBlocked(bench, await bench.askWith(issued.secret, ask));
    const fields = [from("203.0.113.8")];
    assertAccepted(await bench.askWith(issued.secret, { fields }), issued);
  },
};

const byPeer: HttpCases = {
  "without trusted proxies the connection's address is limited": async (bench) => {
    const issued = await bench.world.issue();
    for (let count = 0; count < 3; count += 1)
      await failFrom(bench, [from(`203.0.113.${count}`)], 1);
    const fields = [from("198.51.100.1")];
    assertBlocked(bench, await bench.askWith(issued.secret, { fields }), "20");
  },
};

const unlimited: HttpCases = {
  "nobody is held back where the limit is switched off": async (bench) => {
    const issued = await bench.world.issue();
    await failFrom(bench, [], 40);
    assertAccepted(await bench.askWith(issued.secret), issued);
  },
};

/** The limit on failed attempts. */
export const guessingGroups: HttpGroups = {
  "failed attempts": { settings: { trustProxy: ["127.0.0.1"] }, cases: limited },
  "failed attempts by connection": { settings: { guessing: { limit: 3 } }, cases: byPeer },
  "failed attempts without a limit": { settings: { guessing: false }, cases: unlimited },
};
