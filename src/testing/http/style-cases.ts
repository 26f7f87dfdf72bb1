import { assertEqual } from "../assert.ts";
import type { HttpSettings } from "./app.ts";
import type { HttpCases, HttpGroups } from "./bench.ts";
import { assertAccepted, assertNothingRan, assertRefused, fieldOf, type Style } from "./expect.ts";

const QUOTING: HttpSettings = {
  realm: 'the "orders" \\ api',
  problemBaseUrl: "https://docs.example/problems",
};
const QUOTED: Style = {
  realm: 'the \\"orders\\" \\\\ api',
  typePrefix: "https://docs.example/problems/",
};

const named: HttpCases = {
  "T-16: quotes and backslashes of the realm are escaped in every challenge": async (bench) => {
    const { secret } = await bench.world.issue({ kind: "granted", access: "read" });
    assertRefused(bench, await bench.ask(), "missing_token", QUOTED);
    assertRefused(bench, await bench.askWith("a b"), "invalid_request", QUOTED);
    assertRefused(bench, await bench.askWith("ab"), "invalid_token", QUOTED);
    const post = await bench.askWith(secret, { method: "POST" });
    assertRefused(bench, post, "access_denied", QUOTED);
  },

  "R9457-01: problem types are addresses under one's own": async (bench) => {
    const { secret } = await bench.world.issue({ network: { include: ["192.0.2.1"] } });
    assertRefused(bench, await bench.askWith(secret), "network_denied", QUOTED);
  },
};

const renamed: HttpCases = {
  "the expiry is told under a name of one's own": async (bench) => {
    const issued = await bench.world.issue({ kind: "brief" });
    const answer = await bench.askWith(issued.secret);
    assertAccepted(answer, issued);
    const expected = new Date(bench.world.now + 3_600_000).toISOString();
    assertEqual(fieldOf(answer, "x-token-until"), expected, "X-Token-Until");
    assertEqual(fieldOf(answer, "token-expires-at"), undefined, "Token-Expires-At");
  },
};

const replacing: HttpSettings = {
  refusal({ code }, answer) {
    if (code === "expired_token")
      return {
        status: 410,
        headers: [
          ["Content-Type", "text/plain; charset=utf-8"],
          ["X-Why", code],
        ],
        body: "gone: renew it",
      };
    if (code === "network_denied") return { status: 404, headers: [], body: "" };
    if (code === "access_denied")
      return { ...answer, headers: [...answer.headers, ["X-Why", code]] };
    return;
  },
};

const replaced: HttpCases = {
  "status, headers and body of a refusal are replaced": async (bench) => {
    const { secret } = await bench.world.issue({ kind: "brief" });
    bench.world.now += 3_600_000;
    const answer = await bench.askWith(secret);
    assertEqual(answer.status, 410, "status");
    assertEqual(answer.body, "gone: renew it", "body");
    assertEqual(fieldOf(answer, "content-type"), "text/plain; charset=utf-8", "content-type");
    assertEqual(fieldOf(answer, "x-why"), "expired_token", "X-Why");
    assertEqual(fieldOf(answer, "www-authenticate"), undefined, "WWW-Authenticate");
    assertNothingRan(bench);
  },

  "a refusal is replaced by an answer without a body": async (bench) => {
    const { secret } = await bench.world.issue({ network: { include: ["192.0.2.1"] } });
    const answer = await bench.askWith(secret);
    assertEqual(answer.status, 404, "status");
    assertEqual(answer.body, "", "body");
    assertEqual(fieldOf(answer, "www-authenticate"), undefined, "WWW-Authenticate");
    assertNothingRan(bench);
  },

  "a refusal is given one header more": async (bench) => {
    const { secret } = await bench.world.issue({ kind: "granted", access: "read" });
    const answer = await bench.askWith(secret, { method: "POST" });
    assertRefused(bench, answer, "access_denied");
    assertEqual(fieldOf(answer, "x-why"), "access_denied", "X-Why");
  },

  "a refusal that is left alone is the standard one": async (bench) => {
    assertRefused(bench, await bench.ask(), "missing_token");
    assertRefused(bench, await bench.askWith("ab"), "invalid_token");
    assertEqual(fieldOf(await bench.ask(), "x-why"), undefined, "X-Why");
  },
};

/** What the host's own words are in answers. */
export const styleGroups: HttpGroups = {
  "realm and problem types of one's own": { settings: QUOTING, cases: named },
  "expiry under another name": { settings: { expiryHeader: "X-Token-Until" }, cases: renamed },
  "refusals of one's own": { settings: replacing, cases: replaced },
};
