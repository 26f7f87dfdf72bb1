import { afterEach, describe, expect, test, vi } from "vitest";
import { type GithubLeaksOptions, githubLeaks } from "../../src/leaks/index.ts";
import { createReporter } from "./reporter.ts";
import { createSigner, listOf, signedRequest } from "./signer.ts";

afterEach(() => {
  vi.unstubAllGlobals();
});

/** Options of any shape, as callers without a compiler give them. */
const make = (options: unknown) => githubLeaks(createReporter(), options as GithubLeaksOptions);

describe("the options of githubLeaks", () => {
  test.each([
    [null, "options must be an object"],
    [{ secret: 1 }, 'options: there is no "secret"'],
    [{ publicKeys: {} }, "options.publicKeys must be a function"],
    [{ fetch: "fetch" }, "options.fetch must be a function"],
    [{ now: 5 }, "options.now must be a function"],
    [{ onError: true }, "options.onError must be a function"],
    [{ keysUrl: 5 }, "options.keysUrl must be a string"],
    [{ maxBodyBytes: "5" }, "options.maxBodyBytes must be a number"],
    [{ keyLifetime: 60 }, "options.keyLifetime must be a duration"],
    [{ types: "a" }, "options.types must be an array"],
    [{ types: ["a", 5] }, "options.types[1] must be a string"],
    [{ publicKeys: async () => ({}), keysUrl: "https://x.example" }, "options.publicKeys excludes"],
    [{ publicKeys: async () => ({}), fetch }, "options.publicKeys excludes"],
  ])("%o is of a wrong type", (options, message) => {
    expect(() => make(options)).toThrow(TypeError);
    expect(() => make(options)).toThrow(message);
  });

  test.each([
    [{ keysUrl: "" }, "options.keysUrl"],
    [{ keysUrl: "keys" }, "options.keysUrl must be a URL of https"],
    [{ keysUrl: "http://api.github.com/keys" }, "options.keysUrl must be a URL of https"],
    [{ keysUrl: "http://localhost.evil.example/" }, "options.keysUrl must be a URL of https"],
    [{ keysUrl: "http://localhost:x@evil.example/" }, "options.keysUrl must be a URL of https"],
    [{ keysUrl: "https://user:x@api.github.com/" }, "options.keysUrl must be a URL of https"],
    [{ keysUrl: "https://" }, "options.keysUrl must be a URL of https"],
    [{ maxBodyBytes: 0 }, "options.maxBodyBytes must be a whole number"],
    [{ maxBodyBytes: 1e9 }, "options.maxBodyBytes must be a whole number"],
    [{ keyLifetime: { seconds: 59 } }, "options.keyLifetime must be at least a minute"],
    [{ keyLifetime: { months: 1 } }, "options.keyLifetime must be in weeks"],
    [{ types: [] }, "options.types must not be empty"],
    [{ types: [""] }, "options.types[0] must not be empty"],
  ])("%o is of a wrong value", (options, message) => {
    expect(() => make(options)).toThrow(RangeError);
    expect(() => make(options)).toThrow(message);
  });

  test.each([null, {}, { reportLeak: true }])("%o cannot be reported to", (tokens) => {
    // @ts-expect-error a reporter is asked for
    expect(() => githubLeaks(tokens)).toThrow(TypeError);
  });

  test.each(["http://127.0.0.1:8080/keys", "http://localhost/keys", "http://[::1]:80/keys"])(
    "keys may come from %s, this very machine, without TLS",
    (keysUrl) => {
      expect(() => make({ keysUrl })).not.toThrow();
    },
  );

  test("without any, the platform's fetch is asked, by its name of the moment", async () => {
    const signer = createSigner();
    const handle = githubLeaks(createReporter());
    vi.stubGlobal("fetch", async () => Response.json(listOf(signer)));
    expect((await handle(signedRequest(signer, "[]"))).status).toBe(200);
  });
});
