import type { Accepted } from "../../src/index.ts";
import type { HttpProfile } from "../../src/testing/index.ts";
import { changing, type Faults, linesOf, rewrite, sent } from "./http-faults.ts";

const tokenInQuery = ({ url = "" }: { readonly url?: string | undefined }) =>
  new URL(url, "http://a").searchParams.get("access_token");

const seenTokens = new Map<string, string>();

/** The verdict of the first request ever, which one of these servers takes for everybody's. */
let lastVerdict: Accepted<string, HttpProfile> | undefined;

/** Servers that read requests wrongly. */
export const credentialFaults: Faults = {
  "reads the first of two lines": [
    {
      request: (request) =>
        rewrite(request, "authorization", ...linesOf(request, "authorization").slice(0, 1)),
    },
    {
      "credentials by default": "T-07: two Authorization lines are refused, though both be equal",
      "a token's own end": "bad credentials end nothing",
    },
  ],
  "reads the last of two lines": [
    {
      server: { insecureHTTPParser: true },
      request: (request) =>
        rewrite(request, "authorization", ...linesOf(request, "authorization").slice(-1)),
    },
    {
      "odd bytes": "a bare line feed in the credential smuggles no second line in",
      "credentials by default":
        "T-07: two Authorization lines are refused, whatever the first holds",
    },
  ],
  "takes equal lines for one": [
    {
      request: (request) =>
        rewrite(request, "authorization", ...new Set(linesOf(request, "authorization"))),
    },
    {
      "credentials by default":
        "T-07: Authorization lines that differ in the case of the name are two",
    },
  ],
  "takes a token of the query": [
    {
      request(request) {
        const token = tokenInQuery(request);
        if (token !== null) rewrite(request, "authorization", `Bearer ${token}`);
      },
    },
    {
      "credentials by default": "R6750-05, ASVS 14.2.1: a token in the query presents nothing",
      "a token's own end": "bad credentials end nothing",
    },
  ],
  "takes a token of a cookie": [
    {
      request(request) {
        const [, token] = /access_token=([^;]+)/.exec(sent(request, "cookie") ?? "") ?? [];
        if (token !== undefined) rewrite(request, "authorization", `Bearer ${token}`);
      },
    },
    { "credentials by default": "a token in a cookie presents nothing" },
  ],
  "compares the scheme by case": [
    { ...changing((text) => (text.startsWith("bearer") ? `x${text}` : text)) },
    { "credentials by default": "R6750-02: the scheme's name is read in lower case" },
  ],
  "splits at any blank": [
    changing((text) => text.replace(/\s+/, " ")),
    {
      "credentials by default": "R6750-01: a tab does not stand between scheme and token",
      "credentials in several ways": "TOK: with a tab is malformed",
    },
  ],
  "takes the first word after the scheme": [
    changing((text) => text.split(" ").slice(0, 2).join(" ")),
    {
      "credentials by default": "TV-11: a valid token with another word behind it is malformed",
      "credentials in several ways": "SSWS with two words is malformed",
    },
  ],
  "takes one space only": [
    changing((text) => text.replace(/ {2,}/, " !")),
    {
      "credentials by default": "R6750-01: several spaces stand between scheme and token",
      "credentials in several ways": "T-06, TV-11: SSWS with three spaces",
    },
  ],
  "ignores the case of tokens": [
    changing((text) => {
      const known = seenTokens.get(text.toLowerCase()) ?? text;
      seenTokens.set(text.toLowerCase(), known);
      return known;
    }),
    { "credentials by default": "R6750-02: the token is read with its case" },
  ],
  "knows TOK: with a space only": [
    changing((text) => text.replace(/^TOK:(?! )/, "X")),
    { "credentials in several ways": "EDG-02, TV-11: TOK:x" },
  ],
  "prefers a header to Authorization": [
    {
      request(request) {
        const [key] = linesOf(request, "x-api-key");
        if (key !== undefined && key !== "") rewrite(request, "authorization");
      },
    },
    { "credentials in several ways": "CORE-11, R6750-03: one token in two places" },
  ],
  "reads Bearer where no scheme is configured": [
    { options: { credentials: { schemes: ["Bearer"], headers: ["x-api-key"] } } },
    {
      "credentials in a header of one's own":
        "Authorization presents nothing where no scheme is configured",
    },
  ],
  "takes a credential of the trailers": [
    {
      serve(request, response, app) {
        if (sent(request, "trailer") === undefined) return false;
        const answer = async (): Promise<void> => {
          const { authorization = "" } = request.trailers;
          const call = { api: "orders", method: "POST" };
          const verdict = await app.tokens.verify(authorization.slice("Bearer ".length), call);
          if (!verdict.ok) response.writeHead(verdict.status).end();
          else response.end(JSON.stringify(app.ran({ path: "/orders", method: "POST", verdict })));
        };
        request.resume().on("end", () => void answer());
        return true;
      },
    },
    { bodies: "Authorization among the trailers presents nothing" },
  ],
  "reads the body in the guard": [
    { ran: (run) => ({ ...run, ...(run.bytes === undefined ? {} : { bytes: 0 }) }) },
    {
      bodies: "the handler reads the whole body, the guard none of it",
      methods: "the method of the request line counts, and the handler sees it",
    },
  ],
  "keeps the verdict where another request finds it": [
    {
      ran(run) {
        lastVerdict ??= run.verdict;
        return { ...run, verdict: lastVerdict as typeof run.verdict };
      },
    },
    {
      connections: "64 parallel requests with different tokens each get their own identity",
      "errors and neighbours": "failures of some are none of the others'",
    },
  ],
};
