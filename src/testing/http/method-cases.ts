import { assertEqual, assertTrue } from "../assert.ts";
import type { Field, HttpBench, HttpCases, HttpGroups } from "./bench.ts";
import { assertAccepted, assertNothingRan, assertRefused, fieldOf } from "./expect.ts";
import type { RawAnswer } from "./raw-answer.ts";

const OVERRIDES = ["X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"] as const;
const PREFLIGHT: readonly Field[] = [
  ["Origin", "https://app.example"],
  ["Access-Control-Request-Method", "POST"],
];
const PROTECTED = [
  "/orders",
  "/invoices",
  "/reports",
  "/costly",
  "/weighed",
  "/finance",
  "/mapped/orders",
  "/mapped/unknown",
  "/fails",
  "/misused",
] as const;

function assertByHost(bench: HttpBench, answer: RawAnswer): void {
  assertEqual(answer.status, 204, `status, with ${answer.body}`);
  assertEqual(fieldOf(answer, "x-preflight"), "host", "x-preflight");
  assertEqual(fieldOf(answer, "www-authenticate"), undefined, "www-authenticate");
  assertNothingRan(bench);
}

/** A method that the framework may not know: whoever refuses it, no handler sees it. */
function assertUnserved(bench: HttpBench, answer: RawAnswer): void {
  assertTrue(answer.status >= 400 && answer.status !== 429, `status ${answer.status}`);
  assertNothingRan(bench);
}

function overridden(header: (typeof OVERRIDES)[number]): HttpCases {
  return {
    [`CORE-48, AP-5: ${header} gives a token no other method`]: async (bench) => {
      const reads = await bench.world.issue({ kind: "granted", access: "read" });
      const get = [[header, "GET"]] as const;
      const post = await bench.askWith(reads.secret, { method: "POST", fields: get, body: "a" });
      assertRefused(bench, post, "access_denied");
      const answer = await bench.askWith(reads.secret, { fields: [[header, "DELETE"]] });
      assertAccepted(answer, reads);
    },
  };
}

const methods: HttpCases = {
  "the method of the request line counts, and the handler sees it": async (bench) => {
    const issued = await bench.world.issue();
    for (const method of ["GET", "PUT", "PATCH", "DELETE"]) {
      assertAccepted(await bench.askWith(issued.secret, { method }), issued, { method });
    }
    const post = await bench.askWith(issued.secret, { method: "POST", body: "ab" });
    assertAccepted(post, issued, { method: "POST", bytes: 2 });
  },

  "DEC-12: who may GET may HEAD": async (bench) => {
    const reads = await bench.world.issue({ kind: "granted", access: "read" });
    const answer = await bench.askWith(reads.secret, { method: "HEAD" });
    assertEqual(answer.status, 200, "status");
    assertEqual(bench.world.runs.length, 1, "handlers that ran");
  },

  "CORE-45: read is GET and HEAD, nothing else": async (bench) => {
    const reads = await bench.world.issue({ kind: "granted", access: "read" });
    for (const method of ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
      assertRefused(bench, await bench.askWith(reads.secret, { method }), "access_denied");
  },

  "EDG-05: a method that an administrator has taken from the owner is refused": async (bench) => {
    const issued = await bench.world.issue({ owner: { methods: ["GET"] } });
    assertRefused(bench, await bench.askWith(issued.secret, { method: "PUT" }), "access_denied");
    assertAccepted(await bench.askWith(issued.secret), issued);
  },

  "a method that the API does not have is refused": async (bench) => {
    const { secret } = await bench.world.issue();
    const ask = { path: "/invoices", method: "DELETE" };
    assertRefused(bench, await bench.askWith(secret, ask), "access_denied");
    assertRefused(bench, await bench.ask(ask), "missing_token");
  },

  ...overridden("X-HTTP-Method-Override"),
  ...overridden("X-Method-Override"),
  ...overridden("X-HTTP-Method"),

  "CORE-48: _method in query or body gives a token no other method": async (bench) => {
    const reads = await bench.world.issue({ kind: "granted", access: "read" });
    const fields = [["Content-Type", "application/x-www-form-urlencoded"]] as const;
    const ask = { method: "POST", path: "/orders?_method=GET", fields, body: "_method=GET" };
    assertRefused(bench, await bench.askWith(reads.secret, ask), "access_denied");
    const get = await bench.askWith(reads.secret, { path: "/orders?_method=DELETE" });
    assertAccepted(get, reads);
  },

  "CORE-45: methods that nobody has are never run": async (bench) => {
    const { secret } = await bench.world.issue();
    for (const method of ["PROPFIND", "LOCK", "PURGE", "TRACE", "M-SEARCH"])
      assertUnserved(bench, await bench.askWith(secret, { method }));
    for (const method of ["PROPFIND", "PURGE"]) assertUnserved(bench, await bench.ask({ method }));
  },

  "RFC 9110 9.1: a method in small letters is another one": async (bench) => {
    const { secret } = await bench.world.issue();
    for (const method of ["get", "Post"])
      assertUnserved(bench, await bench.askWith(secret, { method }));
  },

  "CONNECT is never run": async (bench) => {
    const { secret } = await bench.world.issue();
    const connection = await bench.connect();
    const fields = `Host: a\r\nAuthorization: Bearer ${secret}\r\n`;
    connection.send(`CONNECT /orders HTTP/1.1\r\n${fields}\r\n`);
    const answer = await connection.answer("CONNECT").catch(() => connection.ended());
    if (answer !== undefined) assertUnserved(bench, answer);
    assertNothingRan(bench);
  },
};

const preflights: HttpCases = {
  "a CORS preflight of every protected path is the host's to answer": async (bench) => {
    for (const path of PROTECTED) {
      const answer = await bench.ask({ method: "OPTIONS", path, fields: PREFLIGHT });
      assertByHost(bench, answer);
    }
    assertEqual(bench.world.reads, 0, "look-ups");
  },

  "what brings credentials is no preflight: no browser sends them": async (bench) => {
    const refusals = [
      ["Bearer", "invalid_request"],
      ["Bearer svc_no", "invalid_token"],
      ["Basic YTpi", "missing_token"],
    ] as const;
    for (const [value, code] of refusals) {
      const fields = [...PREFLIGHT, ["Authorization", value]] as const;
      assertRefused(bench, await bench.ask({ method: "OPTIONS", fields }), code);
    }
  },

  "OPTIONS without Origin or without a method asked for is authenticated": async (bench) => {
    for (const field of PREFLIGHT) {
      const answer = await bench.ask({ method: "OPTIONS", fields: [field] });
      assertRefused(bench, answer, "missing_token");
    }
    assertRefused(bench, await bench.ask({ method: "OPTIONS" }), "missing_token");
  },

  "OPTIONS that is no preflight needs a token that may": async (bench) => {
    const { secret } = await bench.world.issue();
    const ask = { method: "OPTIONS" };
    assertRefused(bench, await bench.askWith(secret, ask), "access_denied");
    assertByHost(bench, await bench.askWith(secret, { ...ask, path: "/invoices" }));
    assertEqual(bench.world.reads, 2, "look-ups");
  },

  "another method with the fields of a preflight is none": async (bench) => {
    for (const method of ["GET", "POST", "HEAD"]) {
      const answer = await bench.ask({ method, fields: PREFLIGHT });
      assertEqual(answer.status, 401, `status of ${method}`);
    }
    const overriding = [...PREFLIGHT, ["X-HTTP-Method-Override", "OPTIONS"]] as const;
    const answer = await bench.ask({ method: "POST", fields: overriding });
    assertRefused(bench, answer, "missing_token");
  },
};

/** Which method counts, and what OPTIONS means. */
export const methodGroups: HttpGroups = {
  methods: { settings: {}, cases: methods },
  preflights: { settings: {}, cases: preflights },
};
