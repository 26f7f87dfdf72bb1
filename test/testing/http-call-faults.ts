import type { Accepted } from "../../src/index.ts";
import type { HttpProfile } from "../../src/testing/index.ts";
import { asking, type Faults, linesOf, rewrite, sent, verifying } from "./http-faults.ts";

/** Servers that judge a call by the wrong method, requirement, address or count. */
export const callFaults: Faults = {
  "takes the method of an override": [
    {
      request(request) {
        for (const name of ["x-http-method-override", "x-method-override", "x-http-method"])
          request.method = sent(request, name) ?? request.method ?? "";
      },
    },
    { methods: "CORE-48, AP-5: X-HTTP-Method-Override gives a token no other method" },
  ],
  "takes the method of the query": [
    {
      request(request) {
        const { url = "", method = "" } = request;
        request.method = new URL(url, "http://a").searchParams.get("_method") ?? method;
      },
    },
    { methods: "CORE-48: _method in query or body gives a token no other method" },
  ],
  "does not let who may GET use HEAD": [
    { ...asking(({ method }) => ({ method: method === "HEAD" ? "POST" : method })) },
    { methods: "DEC-12: who may GET may HEAD" },
  ],
  "judges every method as GET": [
    { ...asking(() => ({ method: "GET" })) },
    { methods: "CORE-45: methods that nobody has are never run" },
  ],
  "asks a preflight for a token": [
    {
      request(request) {
        if (request.method === "OPTIONS") rewrite(request, "origin");
      },
    },
    { preflights: "a CORS preflight of every protected path is the host's to answer" },
  ],
  "lets every OPTIONS through": [
    {
      serve(request, response) {
        if (request.method !== "OPTIONS") return false;
        response.writeHead(204, { "x-preflight": "host" }).end();
        return true;
      },
    },
    {
      preflights: "OPTIONS without Origin or without a method asked for is authenticated",
      methods: "CORE-45: read is GET and HEAD, nothing else",
    },
  ],
  "forgets the level": [
    { ...asking(() => ({ level: undefined })) },
    { levels: "a level of full is more than the method of the call" },
  ],
  "forgets the cost": [
    { ...asking(() => ({ cost: 1 })) },
    { costs: "a cost of NaN is the host's error, and the server goes on" },
  ],
  "forgets the permission": [
    { ...asking(() => ({ permits: undefined })) },
    { permissions: "who is permitted gets in, who is not is told no more than access_denied" },
  ],
  "takes what is mapped to nothing for orders": [
    { ...asking(({ api }) => ({ api: api === "" ? "orders" : api })) },
    { "APIs by the request": "AP-5: what is mapped to nothing is refused" },
  ],
  "takes every API for orders": [
    { ...asking(() => ({ api: "orders" })) },
    { "APIs by the request": "AP-5: what is mapped to an API that is not there is refused" },
  ],
  "believes the left-most address": [
    {
      request(request) {
        const lines = linesOf(request, "x-forwarded-for").join(",").split(",");
        rewrite(request, "x-forwarded-for", lines[0]?.trim() ?? "");
      },
    },
    {
      "addresses by X-Forwarded-For":
        "R7239-08: what stands left of the client's address is its own invention",
      "failed attempts": "an address that a client makes up does not help it",
    },
  ],
  "reads the first line of addresses": [
    {
      request: (request) =>
        rewrite(request, "x-forwarded-for", ...linesOf(request, "x-forwarded-for").slice(0, 1)),
    },
    { "addresses by X-Forwarded-For": "several lines are one list, in order" },
  ],
  "skips what is no address": [
    {
      request(request) {
        const list = linesOf(request, "x-forwarded-for").join(",");
        const kept = list.split(",").filter((text) => /^[\s0-9a-f.:[\]]+$/i.test(text));
        rewrite(request, "x-forwarded-for", ...kept);
      },
    },
    { "addresses by X-Forwarded-For": "R7239-06: unknown" },
  ],
  "falls back to the connection's address": [
    { ...asking(({ address }) => ({ address: address ?? "127.0.0.1" })) },
    {
      "addresses by X-Forwarded-For": "no header from a trusted proxy: no address",
      "addresses by Forwarded": "for=unknown",
    },
  ],
  "reads the other header": [
    { options: { forwardedBy: "x-forwarded-for" } },
    { "addresses by Forwarded": "X-Forwarded-For is not read where Forwarded is configured" },
  ],
  "trusts every peer": [
    { options: { trustProxy: ["127.0.0.1"] } },
    {
      "addresses without trusted proxies":
        "CORE-56: without trusted proxies the connection's address counts, and no header",
      "addresses of an untrusted peer":
        "CORE-56: the headers of a peer that is not trusted are not read",
      "failed attempts by connection":
        "without trusted proxies the connection's address is limited",
    },
  ],
  "guards a path by its text": [
    {
      serve({ url = "", method = "" }, response, app) {
        if (!/^\/(orders|mapped)\b.*[/;]/i.test(url)) return false;
        const verdict = { ok: true } as Accepted<string, HttpProfile>;
        response.end(JSON.stringify(app.ran({ path: url, method, verdict })));
        return true;
      },
    },
    { "errors and neighbours": "no other spelling of a path gets past its guard" },
  ],
  "has no limit on failures": [
    { options: { guessing: false } },
    { "failed attempts": "an IPv6 client is its /64" },
  ],
  "limits failures where it should not": [
    { options: { guessing: { limit: 30 } } },
    { "failed attempts without a limit": "nobody is held back where the limit is switched off" },
  ],
  "limits failures by real time": [
    { options: { clock: Date } },
    { "failed attempts": "after a minute all attempts are back" },
  ],
  "counts every refusal as a failure": [
    verifying(async () => ({ ok: false, code: "unknown_token", status: 401, message: "" })),
    { "failed attempts": "403, 429 and 503 do not count" },
  ],
  "says that it ended what it did not": [
    { tokens: () => ({ revokeCurrent: async () => ({ revoked: 1 }) }) },
    {
      "a token's own end": "a token that is gone opens nothing, and cannot end itself again",
    },
  ],
  "ends all tokens of the owner": [
    {
      tokens: ({ verify, revokeAll }) => ({
        async revokeCurrent(secret) {
          const verdict = await verify(secret, { api: "orders", method: "GET" });
          if (!verdict.ok) return { revoked: 0 };
          return revokeAll({ owner: verdict.owner.id, actor: verdict.owner.id });
        },
      }),
    },
    { "a token's own end": "no other token ends with it" },
  ],
  "swallows the host's errors": [
    {
      answer: (answer) => {
        if (answer.status === 500) answer.status = 200;
      },
    },
    {
      "errors and neighbours": "what a handler throws later goes to the host's own error handling",
      costs: "a cost that is no whole number is the host's error",
    },
  ],
};
