import { assertEqual, assertTrue } from "../assert.ts";
import type { HttpBench, HttpCases, HttpGroups } from "./bench.ts";
import { assertAccepted, assertRefused, fieldOf } from "./expect.ts";
import type { RawAnswer } from "./raw-answer.ts";
import type { IssuedToken } from "./world.ts";

/** An Integer of RFC 9651, not negative. */
const INTEGER = "(0|[1-9][0-9]{0,14})";
const POLICY = new RegExp(`^"(token|account)";q=${INTEGER};w=${INTEGER}$`);
const LIMIT = new RegExp(`^"(token|account)";r=${INTEGER};t=${INTEGER}$`);

interface ReadBudget {
  readonly holder: string | undefined;
  readonly limit: number;
  readonly windowSeconds: number;
  readonly remaining: number;
  readonly waitSeconds: number;
}

/** Reads RateLimit and RateLimit-Policy (RLH-02, RLH-03) without the library that wrote them. */
function budgetOf(answer: RawAnswer): ReadBudget {
  const policy = fieldOf(answer, "ratelimit-policy") ?? "";
  const limit = fieldOf(answer, "ratelimit") ?? "";
  const [, named, q, w] = POLICY.exec(policy) ?? [];
  const [, holder, r, t] = LIMIT.exec(limit) ?? [];
  assertTrue(named !== undefined, `RateLimit-Policy is ${JSON.stringify(policy)}`);
  assertTrue(holder !== undefined, `RateLimit is ${JSON.stringify(limit)}`);
  assertEqual(holder, named, "the policy that RateLimit names");
  const numbers = { limit: Number(q), windowSeconds: Number(w) };
  return { holder, ...numbers, remaining: Number(r), waitSeconds: Number(t) };
}

function assertBudget(answer: RawAnswer, expected: ReadBudget): void {
  assertEqual(JSON.stringify(budgetOf(answer)), JSON.stringify(expected), "budget");
}

const INVOICES = { path: "/invoices" };
const SHARE = { holder: "token", limit: 5, windowSeconds: 60 } as const;

async function spend(bench: HttpBench, issued: IssuedToken, times: number): Promise<RawAnswer[]> {
  const answers: RawAnswer[] = [];
  for (let count = 0; count < times; count += 1) {
    const answer = await bench.askWith(issued.secret, INVOICES);
    assertAccepted(answer, issued);
    answers.push(answer);
  }
  bench.world.runs.length = 0;
  return answers;
}

const told: HttpCases = {
  "RLH-02, RLH-03: an accepted call is told what is left": async (bench) => {
    const issued = await bench.world.issue();
    const answer = await bench.askWith(issued.secret);
    assertEqual(fieldOf(answer, "ratelimit-policy"), '"token";q=300;w=60', "RateLimit-Policy");
    assertEqual(fieldOf(answer, "ratelimit"), '"token";r=299;t=1', "RateLimit");
    assertEqual(fieldOf(answer, "retry-after"), undefined, "Retry-After of an accepted call");
  },

  "every accepted call has less left, and says when the budget is full": async (bench) => {
    const issued = await bench.world.issue();
    for (const [index, answer] of (await spend(bench, issued, 4)).entries()) {
      const left = { remaining: 4 - index, waitSeconds: 12 * (index + 1) };
      assertBudget(answer, { ...SHARE, ...left });
    }
  },

  "the last accepted call says when the next one fits": async (bench) => {
    const answers = await spend(bench, await bench.world.issue(), 5);
    // Five answers, as five were asked for.
    assertBudget(answers[4] as RawAnswer, { ...SHARE, remaining: 0, waitSeconds: 12 });
  },

  "RLH-04: the policy is the same in every answer": async (bench) => {
    const issued = await bench.world.issue();
    const answers = await spend(bench, issued, 5);
    answers.push(await bench.askWith(issued.secret, INVOICES));
    const policies = new Set(answers.map((answer) => fieldOf(answer, "ratelimit-policy")));
    assertEqual([...policies].join(), '"token";q=5;w=60', "policies");
  },

  "CORE-66, RLH-05: 429 says when to come back, in both fields alike": async (bench) => {
    const issued = await bench.world.issue();
    await spend(bench, issued, 5);
    bench.world.now += 1500;
    const answer = await bench.askWith(issued.secret, INVOICES);
    assertRefused(bench, answer, "budget_exceeded");
    assertEqual(fieldOf(answer, "retry-after"), "11", "Retry-After of 10.5 seconds");
    assertBudget(answer, { ...SHARE, remaining: 0, waitSeconds: 11 });
    assertTrue(answer.body.endsWith(',"violated-policies":["token"]}'), answer.body);
  },

  "who comes back after Retry-After is let in": async (bench) => {
    const issued = await bench.world.issue();
    await spend(bench, issued, 5);
    const refusal = await bench.askWith(issued.secret, INVOICES);
    bench.world.now += Number(fieldOf(refusal, "retry-after")) * 1000;
    await spend(bench, issued, 1);
    assertEqual((await bench.askWith(issued.secret, INVOICES)).status, 429, "status of one more");
  },

  "the account's budget is told where it is the tighter one": async (bench) => {
    const owner = { id: "shared", account: "shared" };
    const [first, second, third] = [
      await bench.world.issue({ owner }),
      await bench.world.issue({ owner }),
      await bench.world.issue({ owner }),
    ];
    await spend(bench, first, 5);
    const [, last] = [await spend(bench, second, 4), await spend(bench, second, 1)];
    const account = { holder: "account", limit: 10, windowSeconds: 60 } as const;
    // One answer, as one was asked for.
    assertBudget(last[0] as RawAnswer, { ...SHARE, remaining: 0, waitSeconds: 12 });
    const refusal = await bench.askWith(third.secret, INVOICES);
    assertRefused(bench, refusal, "budget_exceeded");
    assertBudget(refusal, { ...account, remaining: 0, waitSeconds: 6 });
    assertTrue(refusal.body.endsWith(',"violated-policies":["account"]}'), refusal.body);
    assertEqual(fieldOf(refusal, "retry-after"), "6", "Retry-After");
  },

  "a budget's fields are on the answer to HEAD too": async (bench) => {
    const { secret } = await bench.world.issue();
    const answer = await bench.askWith(secret, { method: "HEAD" });
    assertEqual(answer.status, 200, "status");
    assertEqual(fieldOf(answer, "ratelimit"), '"token";r=299;t=1', "RateLimit");
  },

  "budgets of one API leave those of another alone": async (bench) => {
    const issued = await bench.world.issue();
    await spend(bench, issued, 5);
    assertBudget(await bench.askWith(issued.secret), {
      holder: "token",
      limit: 300,
      windowSeconds: 60,
      remaining: 299,
      waitSeconds: 1,
    });
  },

  "T-12: of parallel calls exactly as many get in as the budget has": async (bench) => {
    const { secret } = await bench.world.issue();
    const asked = Array.from({ length: 16 }, async () => bench.askWith(secret, INVOICES));
    const statuses = (await Promise.all(asked)).map(({ status }) => status);
    assertEqual(statuses.filter((status) => status === 200).length, 5, "calls let in");
    assertEqual(statuses.filter((status) => status === 429).length, 11, "calls refused");
    assertEqual(bench.world.runs.length, 5, "handlers that ran");
  },

  "a route without a guard tells of no budget": async (bench) => {
    const { secret } = await bench.world.issue({ kind: "brief" });
    const answer = await bench.askWith(secret, { path: "/open" });
    assertEqual(answer.body, '{"open":true}', "body");
    for (const name of ["ratelimit", "ratelimit-policy", "token-expires-at", "www-authenticate"])
      assertEqual(fieldOf(answer, name), undefined, name);
  },
};

const expiry: HttpCases = {
  "SUN-01, IND-08: an accepted call is told when its token expires": async (bench) => {
    const issued = await bench.world.issue({ kind: "brief" });
    const answer = await bench.askWith(issued.secret);
    assertAccepted(answer, issued);
    const expected = new Date(bench.world.now + 3_600_000).toISOString();
    assertEqual(fieldOf(answer, "token-expires-at"), expected, "Token-Expires-At");
  },

  "a token without an expiry has no such field": async (bench) => {
    const issued = await bench.world.issue();
    const answer = await bench.askWith(issued.secret);
    assertAccepted(answer, issued);
    assertEqual(fieldOf(answer, "token-expires-at"), undefined, "Token-Expires-At");
  },

  "CORE-21: a token works until the millisecond before its expiry": async (bench) => {
    const issued = await bench.world.issue({ kind: "brief" });
    bench.world.now += 3_599_999;
    assertAccepted(await bench.askWith(issued.secret), issued);
    bench.world.runs.length = 0;
    bench.world.now += 1;
    assertRefused(bench, await bench.askWith(issued.secret), "invalid_token");
  },
};

const inEpoch: HttpCases = {
  "OKT-69, T-05: X-Rate-Limit-Reset is in seconds since 1970": async (bench) => {
    const issued = await bench.world.issue();
    const [first] = await spend(bench, issued, 5);
    const refusal = await bench.askWith(issued.secret, INVOICES);
    const now = bench.world.now / 1000;
    for (const [answer, remaining] of [
      [first, "4"],
      [refusal, "0"],
    ] as const) {
      if (answer === undefined) throw new Error("no answer");
      assertEqual(fieldOf(answer, "x-rate-limit-limit"), "5", "X-Rate-Limit-Limit");
      assertEqual(fieldOf(answer, "x-rate-limit-remaining"), remaining, "X-Rate-Limit-Remaining");
      assertEqual(fieldOf(answer, "x-rate-limit-reset"), `${now + 12}`, "X-Rate-Limit-Reset");
      assertEqual(fieldOf(answer, "ratelimit"), undefined, "RateLimit beside X-Rate-Limit");
      assertEqual(fieldOf(answer, "ratelimit-policy"), undefined, "RateLimit-Policy");
    }
    assertEqual(fieldOf(refusal, "retry-after"), "12", "Retry-After");
  },
};

const untold: HttpCases = {
  "budgets and expiry are not told where that is switched off": async (bench) => {
    const issued = await bench.world.issue({ kind: "brief" });
    const answers = await spend(bench, issued, 5);
    const refusal = await bench.askWith(issued.secret, INVOICES);
    for (const answer of [...answers, refusal]) {
      const names = answer.fields.map(([name]) => name);
      const telling = names.filter((name) => /rate-?limit|expires/.test(name));
      assertEqual(telling.join(), "", "fields that tell");
    }
    assertEqual(fieldOf(refusal, "retry-after"), "12", "Retry-After");
  },
};

/** What answers tell of budgets and of the token's expiry. */
export const budgetGroups: HttpGroups = {
  "budgets in answers": { settings: {}, cases: told },
  "expiry in answers": { settings: {}, cases: expiry },
  "budgets as X-Rate-Limit": { settings: { rateLimit: "x-rate-limit" }, cases: inEpoch },
  "nothing about budgets": { settings: { rateLimit: false, expiryHeader: false }, cases: untold },
};
