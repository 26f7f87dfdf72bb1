// Checked by `npm run typecheck`: nothing here runs.
import { createServer, type RequestListener } from "node:http";
import express from "express";
import { type GithubLeaksOptions, githubLeaks, type LeakReporter } from "tokenry/leaks";
import { type NodeHandlerOptions, toNodeHandler } from "tokenry/node";
import { expectTypeOf } from "vitest";
import { tokens } from "./shop.ts";

// A tokenry takes reports, and so does whatever answers as it does.
const leaks = githubLeaks(tokens, { types: ["acme_api_token"], keyLifetime: { minutes: 10 } });
expectTypeOf(leaks).toEqualTypeOf<(request: Request) => Promise<Response>>();
const own: LeakReporter = {
  reportLeak: async (secret, { source, url }) => ({ known: `${secret}${source}${url}` === "" }),
};
githubLeaks(own);
// @ts-expect-error nobody to report to
githubLeaks({});
// @ts-expect-error an answer is awaited
githubLeaks({ reportLeak: () => ({ known: true }) });

// Options.
expectTypeOf<GithubLeaksOptions["onError"]>().toBeNullable();
githubLeaks(tokens, { fetch, publicKeys: async () => ({ public_keys: [] }) });
githubLeaks(tokens, { onError: (error) => expectTypeOf(error.code).toBeString() });
// @ts-expect-error no such option
githubLeaks(tokens, { clock: Date });

// A handler of the Fetch standard is a listener of node:http, and of Express.
const listener = toNodeHandler(leaks);
expectTypeOf(listener).toEqualTypeOf<RequestListener>();
createServer(listener);
express().post("/leaks", listener);
toNodeHandler(() => new Response());
toNodeHandler(leaks, { origin: "https://api.example.com" });
toNodeHandler(leaks, { origin: ({ headers }) => `https://${headers.host}` });
toNodeHandler(leaks, { onError: (_error, _request, response) => response.destroy() });
expectTypeOf<NodeHandlerOptions>().toHaveProperty("origin");
// @ts-expect-error no response
toNodeHandler(() => "text");
