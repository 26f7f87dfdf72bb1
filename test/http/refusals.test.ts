import { describe, expect, test } from "vitest";
import { DENIALS, type DenialCode } from "../../src/errors.ts";
import { createWriteBudget } from "../../src/http/budget-headers.ts";
import { resolveCredentials } from "../../src/http/credentials.ts";
import { createAnswerRefusal, type HttpRefusal } from "../../src/http/refusals.ts";
import type { Refused } from "../../src/index.ts";
import { START } from "../support/clock.ts";

const answerRefusal = createAnswerRefusal({
  credentials: resolveCredentials(),
  realm: "api",
  problemBaseUrl: "https://acme.example/problems/",
  writeBudget: createWriteBudget("draft-10"),
  now: () => START,
});

function refusal(code: DenialCode, more: Partial<HttpRefusal> = {}): HttpRefusal {
  const { status, message } = DENIALS[code];
  return { code, status, message, ...more };
}

describe("createAnswerRefusal", () => {
  test("CORE-14, OKT-58: the four 401s about a presented token are the same answer", () => {
    const codes = ["malformed_token", "unknown_token", "expired_token", "owner_inactive"] as const;
    const [first, ...others] = codes.map((code) => answerRefusal(refusal(code)));
    for (const other of others) expect(other).toBe(first);
    expect(first).toMatchObject({ status: 401 });
    expect(first?.body).not.toMatch(/malformed|unknown|expired|inactive/);
  });

  test("R9457-01, R9457-02, R9457-03, R9457-05, R9457-06: is a problem with a type, a title and its status", () => {
    const { headers, body } = answerRefusal(refusal("network_denied"));
    expect(JSON.parse(body)).toEqual({
      type: "https://acme.example/problems/network-denied",
      title: DENIALS.network_denied.message,
      status: 403,
      code: "network_denied",
    });
    expect(headers).toContainEqual(["content-type", "application/problem+json"]);
  });

  test.each(Object.keys(DENIALS) as DenialCode[])(
    "ASVS 14.3.2, RLH-01: no cache keeps %s",
    (code) => {
      expect(answerRefusal(refusal(code)).headers).toContainEqual(["cache-control", "no-store"]);
    },
  );

  test("R6750-06, R6750-09: challenges where a better token would help, and nowhere else", () => {
    const challenged = (Object.keys(DENIALS) as DenialCode[]).filter((code) =>
      answerRefusal(refusal(code)).headers.some(([name]) => name === "www-authenticate"),
    );
    expect(challenged).toEqual([
      "missing_token",
      "malformed_token",
      "unknown_token",
      "expired_token",
      "invalid_dpop_proof",
      "use_dpop_nonce",
      "owner_inactive",
      "access_denied",
    ]);
  });

  test("RLH-05, RLH-08, CORE-66: over budget, all headers name one wait, rounded up", () => {
    const budget = { limit: 60, remaining: 0, windowMs: 60_000, resetMs: 60_000 };
    const { status, message } = DENIALS.budget_exceeded;
    const verdict: Refused = {
      ...{ ok: false, code: "budget_exceeded", status, message, budget, budgetOf: "account" },
      retryAfterMs: 1001,
    };
    const answer = answerRefusal(refusal("budget_exceeded", { retryAfterMs: 1001, verdict }));
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "retry-after": "2",
      ratelimit: '"account";r=0;t=2',
      "ratelimit-policy": '"account";q=60;w=60',
    });
    expect(JSON.parse(answer.body)).toMatchObject({ "violated-policies": ["account"] });
  });

  test("a cost above the limit never fits: no wait is named", () => {
    const budget = { limit: 60, remaining: 60, windowMs: 60_000, resetMs: 0 };
    const verdict = { ok: false, ...refusal("budget_exceeded"), budget, budgetOf: "token" };
    // A cast, as the test leaves out what it does not look at.
    const answer = answerRefusal(refusal("budget_exceeded", { verdict: verdict as Refused }));
    expect(answer.headers.map(([name]) => name)).not.toContain("retry-after");
  });
});
