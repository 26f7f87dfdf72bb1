import { type Faults, field, linesOf } from "./http-faults.ts";

/** Servers that answer wrongly. */
export const answerFaults: Faults = {
  "says why a token is dead": [
    {
      options: {
        refusal: ({ code }, answer) => ({
          ...answer,
          headers: [...answer.headers, ["X-Why", code]],
        }),
      },
    },
    {
      "answers to refusals": "CORE-14: the answers to dead tokens are the same to the byte",
      "refusals of one's own": "a refusal that is left alone is the standard one",
    },
  ],
  "answers an inactive owner with 403": [
    {
      options: {
        refusal: ({ code }, answer) =>
          code === "owner_inactive" ? { ...answer, status: 403 } : answer,
      },
    },
    { "answers to refusals": "CORE-14: every 401 about a presented token is invalid_token" },
  ],
  "adds a character set to the type": [
    field("content-type", (value) => `${value}; charset=utf-8`),
    {
      "answers to refusals": "CORE-14: every 401 about a presented token is invalid_token",
      "credentials in a header of one's own":
        "R6750-12: without a scheme there is a challenge all the same",
    },
  ],
  "lets refusals be stored": [
    field("cache-control", () => undefined),
    { "answers to refusals": "CORE-46: what the token may not do is access_denied, not 401" },
  ],
  "forgets the challenge": [
    field("www-authenticate", () => undefined),
    { "credentials by default": "R6750-08: without credentials the challenge has no error" },
  ],
  "does not escape the realm": [
    field("www-authenticate", (value) => value.replace('\\"orders\\"', '"orders"')),
    {
      "realm and problem types of one's own":
        "T-16: quotes and backslashes of the realm are escaped in every challenge",
    },
  ],
  "tells no nonce": [
    field("dpop-nonce", () => undefined),
    { "access tokens": "R9449-04: a proof of possession arrives, and one nonce goes out" },
  ],
  "tells the schemes without DPoP": [
    field("www-authenticate", (value) => value.replace(/, DPoP .*/, "")),
    {
      "access tokens":
        "R9449-06, R9728-04: challenges name both schemes, and where the metadata is",
    },
  ],
  "blames the proof in the challenge of Bearer": [
    field("www-authenticate", (value) =>
      value.replace('Bearer realm="api"', 'Bearer realm="api", error="use_dpop_nonce"'),
    ),
    { "access tokens": "R9449-04: a proof without the nonce is asked for once more" },
  ],
  "tells of outages": [
    {
      answer: (answer) => {
        if (answer.status === 503) answer.body = "the database is away";
      },
    },
    {
      "answers to refusals": "CORE-13: a repository that throws is unavailable",
      "errors and neighbours": "CORE-13: a look-up that fails later is unavailable",
      "a token's own end": "CORE-13: an outage ends nothing and says so",
    },
  ],
  "looks tokens up before anything": [
    {
      request(request, app) {
        const [secret = ""] = linesOf(request, "authorization").map((text) => text.slice(7));
        void app.tokens.verify(secret, { api: "", method: "" });
      },
    },
    {
      "errors and neighbours": "a route without a guard is open, whatever it is sent",
      "failed attempts":
        "CORE-68: the 31st attempt after 30 failures is refused before any look-up",
      preflights: "OPTIONS that is no preflight needs a token that may",
    },
  ],
  "spends before it checks": [
    {
      tokens: ({ verify }) => ({
        async verify(secret, request) {
          await verify(secret, { api: request.api, method: "GET", address: "192.0.2.1" });
          return verify(secret, request);
        },
      }),
    },
    {
      "order of the checks": "CORE-10: what is refused spends nothing",
      "budgets in answers": "every accepted call has less left, and says when the budget is full",
      costs: "a cost above what is left is refused and spends nothing",
    },
  ],
  "tells a budget that does not change": [
    field("ratelimit", () => '"token";r=299;t=1'),
    { "budgets in answers": "the last accepted call says when the next one fits" },
  ],
  "tells the time of the day for a wait": [
    field("ratelimit", (value) => value.replace(/t=.*/, "t=1770000000")),
    { "budgets in answers": "RLH-02, RLH-03: an accepted call is told what is left" },
  ],
  "rounds Retry-After down": [
    field("retry-after", (value) => `${Number(value) - 1}`),
    {
      "budgets in answers": "who comes back after Retry-After is let in",
      "failed attempts":
        "CORE-68: the 31st attempt after 30 failures is refused before any look-up",
      "nothing about budgets": "budgets and expiry are not told where that is switched off",
    },
  ],
  "puts what is left into the policy": [
    field("ratelimit-policy", (value) => `${value};x=${Math.random()}`),
    { "budgets in answers": "RLH-04: the policy is the same in every answer" },
  ],
  "tells seconds to wait as X-Rate-Limit-Reset": [
    field("x-rate-limit-reset", () => "12"),
    { "budgets as X-Rate-Limit": "OKT-69, T-05: X-Rate-Limit-Reset is in seconds since 1970" },
  ],
  "tells budgets in its own way": [
    { options: { rateLimit: "draft-10", expiryHeader: "Token-Expires-At" } },
    {
      "nothing about budgets": "budgets and expiry are not told where that is switched off",
      "budgets as X-Rate-Limit": "OKT-69, T-05: X-Rate-Limit-Reset is in seconds since 1970",
      "expiry under another name": "the expiry is told under a name of one's own",
    },
  ],
  "cuts the milliseconds of the expiry": [
    field("token-expires-at", (value) => value.replace(".000Z", "Z")),
    { "expiry in answers": "SUN-01, IND-08: an accepted call is told when its token expires" },
  ],
  "keeps verdicts": [
    {
      tokens({ verify }) {
        const kept = new Map<unknown, ReturnType<typeof verify>>();
        return {
          verify(secret, request) {
            const key = `${String(secret)} ${request.api} ${request.method} ${request.address}`;
            const known = kept.get(key) ?? verify(secret, request);
            kept.set(key, known);
            return known;
          },
        };
      },
    },
    {
      "expiry in answers": "CORE-21: a token works until the millisecond before its expiry",
      "a token's own end": "CORE-38: a token ends itself: 204 without a body",
      levels: "CORE-41: a level asks for what the owner may do now",
      permissions: "a permission is asked with the owner as of now",
    },
  ],
  "drops the handler's own fields": [
    field("x-host", () => undefined),
    {
      "budgets in answers": "who comes back after Retry-After is let in",
      bodies: "a body in chunks reaches the handler",
    },
  ],
  "never asks what to answer": [
    { options: { refusal: () => undefined } },
    {
      "refusals of one's own": "status, headers and body of a refusal are replaced",
    },
  ],
};
