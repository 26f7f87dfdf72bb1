import { assertEqual } from "../assert.ts";
import type { HttpBench, HttpCases, HttpGroups } from "./bench.ts";
import { assertAccepted, assertNothingRan, assertRefused, fieldOf } from "./expect.ts";

function assertLeft(answer: Parameters<typeof fieldOf>[0], remaining: number): void {
  const [, left] = /;r=([0-9]+);/.exec(fieldOf(answer, "ratelimit") ?? "") ?? [];
  assertEqual(left, `${remaining}`, "calls left");
}

/** Fails unless the host's own error handling has answered, and no handler ran. */
async function assertMisused(
  bench: HttpBench,
  ask: Parameters<HttpBench["askWith"]>[1],
): Promise<void> {
  const { secret } = await bench.world.issue();
  const answer = await bench.askWith(secret, ask);
  assertEqual(answer.status, 500, `status, with ${answer.body}`);
  assertEqual(answer.body, '{"error":"handled"}', "body");
  assertNothingRan(bench);
}

const levels: HttpCases = {
  "a level of full is more than the method of the call": async (bench) => {
    const path = "/reports";
    const reads = await bench.world.issue({ kind: "granted", access: "read" });
    const all = await bench.world.issue({ kind: "granted", access: "full" });
    assertRefused(bench, await bench.askWith(reads.secret, { path }), "access_denied");
    assertAccepted(await bench.askWith(all.secret, { path }), all);
  },

  "CORE-41: a level asks for what the owner may do now": async (bench) => {
    const { world } = bench;
    const path = "/reports";
    const issued = await world.issue({ owner: { id: "now", account: "now" } });
    assertAccepted(await bench.askWith(issued.secret, { path }), issued);
    world.runs.length = 0;
    world.owners.set("now", { id: "now", account: "now", active: true, access: "read" });
    assertRefused(bench, await bench.askWith(issued.secret, { path }), "access_denied");
    assertAccepted(await bench.askWith(issued.secret), issued);
  },
};

const costs: HttpCases = {
  "a call of cost 5 spends 5": async (bench) => {
    const issued = await bench.world.issue();
    const answer = await bench.askWith(issued.secret, { path: "/costly" });
    assertAccepted(answer, issued);
    assertLeft(answer, 295);
    assertLeft(await bench.askWith(issued.secret), 294);
  },

  "a cost is found by the request": async (bench) => {
    const issued = await bench.world.issue();
    for (const [weight, left] of [
      ["3", 297],
      ["1", 296],
      ["200", 96],
    ] as const) {
      const ask = { path: "/weighed", fields: [["x-weight", weight]] } as const;
      const answer = await bench.askWith(issued.secret, ask);
      assertAccepted(answer, issued);
      assertLeft(answer, left);
    }
  },

  "a cost above what is left is refused and spends nothing": async (bench) => {
    const { secret } = await bench.world.issue();
    const ask = (weight: string) =>
      bench.askWith(secret, { path: "/weighed", fields: [["x-weight", weight]] });
    assertLeft(await ask("200"), 100);
    bench.world.runs.length = 0;
    const refusal = await ask("101");
    assertRefused(bench, refusal, "budget_exceeded");
    assertEqual(fieldOf(refusal, "retry-after"), "1", "Retry-After");
    assertLeft(await ask("100"), 0);
  },

  "a cost above the limit is refused, and nothing says when to come back": async (bench) => {
    const { secret } = await bench.world.issue();
    const ask = { path: "/weighed", fields: [["x-weight", "301"]] } as const;
    const refusal = await bench.askWith(secret, ask);
    assertRefused(bench, refusal, "budget_exceeded");
    assertEqual(fieldOf(refusal, "retry-after"), undefined, "Retry-After");
  },

  "a cost that is no whole number is the host's error": async (bench) => {
    for (const weight of ["0", "-1", "1.5", "NaN", "many"])
      await assertMisused(bench, { path: "/weighed", fields: [["x-weight", weight]] });
  },

  "a cost of NaN is the host's error, and the server goes on": async (bench) => {
    await assertMisused(bench, { path: "/misused" });
    const issued = await bench.world.issue();
    assertAccepted(await bench.askWith(issued.secret), issued);
  },

  "a credential is asked for before any cost": async (bench) => {
    assertRefused(bench, await bench.ask({ path: "/misused" }), "missing_token");
    assertRefused(bench, await bench.ask({ path: "/weighed" }), "missing_token");
  },
};

const permits: HttpCases = {
  "who is permitted gets in, who is not is told no more than access_denied": async (bench) => {
    const path = "/finance";
    const one = await bench.world.issue({ owner: { profile: { department: "finance" } } });
    const other = await bench.world.issue({ owner: { profile: { department: "sales" } } });
    const none = await bench.world.issue();
    assertRefused(bench, await bench.askWith(other.secret, { path }), "access_denied");
    assertRefused(bench, await bench.askWith(none.secret, { path }), "access_denied");
    assertAccepted(await bench.askWith(one.secret, { path }), one);
  },

  "a permission is asked with the owner as of now": async (bench) => {
    const path = "/finance";
    const owner = { id: "moves", account: "moves", active: true };
    const { secret } = await bench.world.issue({ owner });
    assertRefused(bench, await bench.askWith(secret, { path }), "access_denied");
    bench.world.owners.set("moves", { ...owner, profile: { department: "finance" } });
    assertEqual((await bench.askWith(secret, { path })).status, 200, "status");
  },
};

const mappings: HttpCases = {
  "a guard finds the API by the request": async (bench) => {
    const issued = await bench.world.issue();
    for (const [path, left] of [
      ["/mapped/orders", 299],
      ["/mapped/invoices", 4],
    ] as const) {
      const answer = await bench.askWith(issued.secret, { path });
      assertAccepted(answer, issued);
      assertLeft(answer, left);
    }
  },

  "AP-5: what is mapped to nothing is refused": async (bench) => {
    const { secret } = await bench.world.issue();
    const answer = await bench.askWith(secret, { path: "/mapped/unknown" });
    assertRefused(bench, answer, "access_denied");
  },

  "AP-5: what is mapped to an API that is not there is refused": async (bench) => {
    const { secret } = await bench.world.issue();
    const answer = await bench.askWith(secret, { path: "/mapped/nowhere" });
    assertRefused(bench, answer, "access_denied");
  },

  "what is mapped to nothing asks for a token first": async (bench) => {
    for (const path of ["/mapped/unknown", "/mapped/nowhere"]) {
      assertRefused(bench, await bench.ask({ path }), "missing_token");
      assertRefused(bench, await bench.askWith("ab"), "invalid_token");
    }
  },
};

/** What routes ask for besides a token of their API. */
export const requirementGroups: HttpGroups = {
  levels: { settings: {}, cases: levels },
  costs: { settings: {}, cases: costs },
  permissions: { settings: {}, cases: permits },
  "APIs by the request": { settings: {}, cases: mappings },
};
