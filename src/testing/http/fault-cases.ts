import { assertEqual, assertTrue } from "../assert.ts";
import type { HttpBench, HttpCases, HttpGroups } from "./bench.ts";
import { assertAccepted, assertNothingRan, assertRefused } from "./expect.ts";

/** What a router and a guard may read differently. */
const SPELLINGS = [
  "/orders/",
  "//orders",
  "/ORDERS",
  "/%6Frders",
  "/orders%2F",
  "/orders;a=b",
  "/orders?a=b",
  "/./orders",
  "/open/../orders",
  "/open/..%2forders",
  "/orders/.",
  "/mapped//orders",
  "/mapped/%6Frders",
  "/mapped/unknown/../orders",
  "/mapped/orders/",
  "/MAPPED/orders",
] as const;

const FAILS = { path: "/fails" };

async function assertHandled(bench: HttpBench, secret: string): Promise<void> {
  const answer = await bench.askWith(secret, FAILS);
  assertEqual(answer.status, 500, `status, with ${answer.body}`);
  assertEqual(answer.body, '{"error":"handled"}', "body");
}

const faults: HttpCases = {
  "what a handler throws later goes to the host's own error handling": async (bench) => {
    const issued = await bench.world.issue();
    await assertHandled(bench, issued.secret);
    assertEqual(bench.world.runs.length, 1, "handlers that ran");
    assertAccepted(await bench.askWith(issued.secret), issued);
  },

  "a handler that would fail is not run for who is refused": async (bench) => {
    assertRefused(bench, await bench.ask(FAILS), "missing_token");
    assertRefused(bench, await bench.askWith("ab", FAILS), "invalid_token");
  },

  "failures of some are none of the others'": async (bench) => {
    const issued = await bench.world.issue();
    const failing = Array.from({ length: 10 }, async () => assertHandled(bench, issued.secret));
    const working = Array.from({ length: 10 }, async () => {
      assertAccepted(await bench.askWith(issued.secret), issued);
    });
    await Promise.all([...failing, ...working]);
    assertEqual(bench.world.runs.length, 20, "handlers that ran");
  },

  "CORE-13: a look-up that fails later is unavailable": async (bench) => {
    const issued = await bench.world.issue();
    const { fail } = bench.world.holdLookUps();
    const asked = [bench.askWith(issued.secret), bench.askWith(issued.secret)];
    await bench.until(() => bench.world.reads === 2);
    fail(new Error("the database went away"));
    for (const answer of await Promise.all(asked)) assertRefused(bench, answer, "unavailable");
  },

  "no other spelling of a path gets past its guard": async (bench) => {
    for (const path of SPELLINGS) {
      const answer = await bench.ask({ path });
      assertTrue(answer.status >= 400 && answer.status < 500, `status ${answer.status} of ${path}`);
    }
    assertNothingRan(bench);
  },

  "an upgrade asked for without a token is refused": async (bench) => {
    const fields = [
      ["Connection", "Upgrade"],
      ["Upgrade", "websocket"],
    ] as const;
    assertRefused(bench, await bench.ask({ fields }), "missing_token");
  },

  "a route without a guard is open, whatever it is sent": async (bench) => {
    const path = "/open";
    const { secret } = await bench.world.issue();
    for (const value of [`Bearer ${secret}`, "Bearer", "Bearer svc_no", "Basic YTpi"]) {
      const answer = await bench.ask({ path, fields: [["Authorization", value]] });
      assertEqual(answer.status, 200, `status for ${value}`);
      assertEqual(answer.body, '{"open":true}', "body");
    }
    assertEqual((await bench.ask({ path })).status, 200, "status without a token");
    assertEqual(bench.world.reads, 0, "look-ups");
  },
};

/** What goes wrong behind the guard and beside it. */
export const faultGroups: HttpGroups = {
  "errors and neighbours": { settings: {}, cases: faults },
};
