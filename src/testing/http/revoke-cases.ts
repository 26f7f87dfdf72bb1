import { assertEqual, assertTrue } from "../assert.ts";
import { bearer, type HttpCases, type HttpGroups, requestText } from "./bench.ts";
import { assertAccepted, assertRefused, fieldOf, withoutDate } from "./expect.ts";

const CURRENT = { method: "DELETE", path: "/current" } as const;

const revoking: HttpCases = {
  "CORE-38: a token ends itself: 204 without a body": async (bench) => {
    const issued = await bench.world.issue();
    const fields = [bearer(issued.secret)];
    const connection = await bench.connect();
    connection.send(requestText({ fields }));
    assertAccepted(await connection.answer(), issued);
    bench.world.runs.length = 0;
    connection.send(requestText({ ...CURRENT, fields }));
    const answer = await connection.answer("DELETE");
    assertEqual(answer.status, 204, `status, with ${answer.body}`);
    assertEqual(fieldOf(answer, "content-type"), undefined, "content-type");
    // A body would stand before the next answer.
    connection.send(requestText({ fields }));
    assertRefused(bench, await connection.answer(), "invalid_token");
  },

  "a token that is gone opens nothing, and cannot end itself again": async (bench) => {
    const { secret } = await bench.world.issue();
    await bench.askWith(secret, CURRENT);
    const [again, unknown] = [
      await bench.askWith(secret, CURRENT),
      await bench.askWith("svc_no", CURRENT),
    ];
    assertRefused(bench, again, "invalid_token");
    assertEqual(withoutDate(again), withoutDate(unknown), "answer to a malformed token");
  },

  "no other token ends with it": async (bench) => {
    const owner = { id: "two", account: "two" };
    const [gone, stays] = [await bench.world.issue({ owner }), await bench.world.issue({ owner })];
    assertEqual((await bench.askWith(gone.secret, CURRENT)).status, 204, "status");
    assertAccepted(await bench.askWith(stays.secret), stays);
  },

  "bad credentials end nothing": async (bench) => {
    const issued = await bench.world.issue();
    assertRefused(bench, await bench.ask(CURRENT), "missing_token");
    const two = { ...CURRENT, fields: [bearer(issued.secret)] };
    assertRefused(bench, await bench.askWith(issued.secret, two), "invalid_request");
    assertRefused(bench, await bench.askWith(`${issued.secret} x`, CURRENT), "invalid_request");
    const inQuery = { ...CURRENT, path: `/current?access_token=${issued.secret}` };
    assertRefused(bench, await bench.ask(inQuery), "missing_token");
    assertAccepted(await bench.askWith(issued.secret), issued);
  },

  "CORE-38: a token ends itself though its budget is spent": async (bench) => {
    const { secret } = await bench.world.issue();
    const fields = [["x-weight", "300"]] as const;
    assertEqual((await bench.askWith(secret, { path: "/weighed", fields })).status, 200, "status");
    assertEqual((await bench.askWith(secret)).status, 429, "status of one more");
    assertEqual((await bench.askWith(secret, CURRENT)).status, 204, "status of the end");
  },

  "CORE-13: an outage ends nothing and says so": async (bench) => {
    const issued = await bench.world.issue();
    bench.world.fault = new Error("the database is away");
    assertRefused(bench, await bench.askWith(issued.secret, CURRENT), "unavailable");
    bench.world.fault = undefined;
    assertAccepted(await bench.askWith(issued.secret), issued);
  },

  "another method on its path ends nothing": async (bench) => {
    const issued = await bench.world.issue();
    const answer = await bench.askWith(issued.secret, { path: "/current" });
    assertTrue(answer.status >= 400 && answer.status < 500, `status ${answer.status}`);
    assertAccepted(await bench.askWith(issued.secret), issued);
  },
};

/** The route by which a token ends itself. */
export const revokeGroups: HttpGroups = {
  "a token's own end": { settings: {}, cases: revoking },
};
