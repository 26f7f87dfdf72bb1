import type { IncomingMessage, ServerResponse } from "node:http";
import { describe, expect, test } from "vitest";
import type { Accepted } from "../../src/index.ts";
import type { HttpConformanceApp, HttpProfile } from "../../src/testing/index.ts";
import { serveNode } from "../adapters/node-subject.ts";
import { registerHttp, runHttp } from "./collect-http.ts";
import { answerFaults } from "./http-answer-faults.ts";
import { callFaults } from "./http-call-faults.ts";
import { credentialFaults } from "./http-credential-faults.ts";
import { type Fault, type Faults, linesOf, serveFaulty } from "./http-faults.ts";

const faults: Faults = { ...credentialFaults, ...answerFaults, ...callFaults };

function lookUp(request: IncomingMessage, { tokens }: HttpConformanceApp): Promise<unknown> {
  const [secret = ""] = linesOf(request, "authorization").map((text) =>
    text.slice("Bearer ".length),
  );
  return tokens.verify(secret, { api: "orders", method: "GET" });
}

/** Looks a token up as ever, and answers as it likes. */
function answering(
  answer: (request: IncomingMessage, response: ServerResponse, app: HttpConformanceApp) => void,
): Fault {
  return {
    serve(request, response, app) {
      void lookUp(request, app).then(() => answer(request, response, app));
      return true;
    },
  };
}

const letsEverythingIn = answering(({ method = "", url: path = "" }, response, app) => {
  const verdict = { ok: true } as Accepted<string, HttpProfile>;
  response.writeHead(200).end(JSON.stringify(app.ran({ path, method, verdict })));
});

const isOutOfOrder = answering((_request, response) => void response.writeHead(500).end());

describe("the HTTP conformance suite", () => {
  test.each(Object.entries(faults))("notices a server that %s", async (_, [fault, noticed]) => {
    const results = await runHttp(
      (app) => serveFaulty(fault, app),
      (group) => Object.hasOwn(noticed, group),
    );
    for (const [group, name] of Object.entries(noticed)) {
      expect(results.get(group)?.has(name), `${group}: ${name}`).toBe(true);
      expect(results.get(group)?.get(name), `${group}: ${name}`).toBeInstanceOf(Error);
    }
  });

  test("has a fault for every group", () => {
    const noticed = new Set(Object.values(faults).flatMap(([, groups]) => Object.keys(groups)));
    const groups = [...registerHttp({ serve: serveNode }).keys()];
    expect(groups.filter((group) => !noticed.has(group))).toEqual([]);
  });

  test("has no case that servers pass which let everything in, and nothing", async () => {
    const passed = async (fault: Fault): Promise<string[]> => {
      const results = await runHttp(
        (app) => serveFaulty(fault, app),
        () => true,
      );
      const cases = [...results.values()].flatMap((group) => [...group]);
      return cases.filter(([, error]) => error === undefined).map(([name]) => name);
    };
    const [open, closed] = [await passed(letsEverythingIn), await passed(isOutOfOrder)];
    // Node answers these itself.
    expect(open.filter((name) => closed.includes(name))).toEqual([
      "a line folded before the credential is refused or joined, never a third thing",
      "HTTP/1.1 without a Host is refused or judged like any other",
      "RFC 9110 9.1: a method in small letters is another one",
      "CONNECT is never run",
    ]);
  });

  test("names each case once, so that a skip means one case", () => {
    const names = [...registerHttp({ serve: serveNode }).values()].flatMap(({ tests }) => [
      ...tests.keys(),
    ]);
    expect(names.length).toBeGreaterThan(250);
    expect(new Set(names).size).toBe(names.length);
  });

  test("registers a skipped case under a name that says so, and refuses a skip of nothing", () => {
    const skip = { "HTTP/1.0 works": "HTTP/2 only" };
    const odd = registerHttp({ serve: serveNode, skip }).get("odd bytes");
    expect([...(odd?.tests.keys() ?? [])]).toContain("HTTP/1.0 works (not provided: HTTP/2 only)");
    expect(() => registerHttp({ serve: serveNode, skip: { "HTTP/0.9 works": "" } })).toThrow(
      new TypeError('skip names no case of this suite: "HTTP/0.9 works"'),
    );
  });
});
