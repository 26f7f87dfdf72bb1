import { describe, expect, test } from "vitest";
import { run } from "../../src/cli/run.ts";
import { ADA } from "../support/directory.ts";
import { createWorld } from "../support/world.ts";
import { commandLine } from "./support/command-line.ts";
import { fakeTerminal } from "./support/fake-terminal.ts";

describe("a failure", () => {
  test("of the repository exits with 3, and tells the cause and what to do", async () => {
    const find = () => Promise.reject(new Error("ldap is away"));
    const line = commandLine({}, createWorld({ directory: { find } }));
    const { exitCode, err } = await line.run(["issue", "service", ADA, "--name", "x"]);
    expect(exitCode).toBe(3);
    expect(err).toBe(
      [
        "tokenry: unavailable: The operation could not be done now. Try again later.",
        "  because: ldap is away",
        "  next: tokenry doctor shows what is out of reach. Run the command again when it is back.",
        "",
      ].join("\n"),
    );
    expect(line.closed()).toBe(1);
  });

  test("shows a stack only with --verbose", async () => {
    const tokens = () => Promise.reject(new Error("no such thing"));
    const line = commandLine({ tokens });
    const plain = await line.run(["list", ADA]);
    expect(plain.err).toBe(
      "tokenry: no such thing\n  next: --verbose shows where it comes from.\n",
    );
    expect(plain.exitCode).toBe(1);
    expect((await line.run(["list", ADA, "--verbose"])).err).toMatch(/^ +at .*failure\.test\.ts/m);
  });

  test("that holds a secret, a password or control characters is told without", async () => {
    const { secret } = await createWorld().issue();
    const message = `postgres://app:hunter2@db/app refused ${secret.reveal()}\u001b[2J`;
    const line = commandLine({ tokens: () => Promise.reject(new Error(message)) });
    const { err } = await line.run(["list", ADA, "--verbose"]);
    expect(err).toContain("postgres://…@db/app refused …");
    expect(err).not.toContain("hunter2");
    expect(err).not.toContain("\u001b");
    expect(err).not.toContain(secret.reveal());
  });

  test.each([
    "postgres://app:hun@ter2@db/app",
    "postgres://app:hun/ter2@db/app",
    "mysql://app:hun?ter2#x@db:3306/app",
    `postgres://app:${"hunter2".repeat(1000)}@db/app`,
  ])("that holds a password because of which the URL is none is told without: %#", async (url) => {
    const line = commandLine({ tokens: () => Promise.reject(new Error(`no ${url}`)) });
    const { err } = await line.run(["list", ADA]);
    expect(err).toMatch(/^tokenry: no/);
    expect(err).not.toMatch(/hun|ter2/);
  });

  test("that is long is told in time that grows with its length alone", async () => {
    const message = "a.".repeat(500_000);
    const line = commandLine({ tokens: () => Promise.reject(new Error(message)) });
    const began = performance.now();
    expect((await line.run(["list", ADA])).exitCode).toBe(1);
    expect(performance.now() - began).toBeLessThan(2000);
  });

  test("that turns the direction of text does not turn the terminal's", async () => {
    const line = commandLine({ tokens: () => Promise.reject(new Error("a\u202eb\u2028c")) });
    expect((await line.run(["list", ADA])).err).toMatch(/^tokenry: a\ufffdb\ufffdc\n/);
  });

  test("of a server that refuses connections exits with 3", async () => {
    const cause = Object.assign(new Error("connect"), { code: "ECONNREFUSED" });
    const tokens = () => Promise.reject(new Error("no session", { cause }));
    expect((await commandLine({ tokens }).run(["list", ADA])).exitCode).toBe(3);
  });

  test("of a peer that is not installed says what to install", async () => {
    const missing = Object.assign(new Error("Cannot find package 'kysely' imported from x"), {
      code: "ERR_MODULE_NOT_FOUND",
    });
    const { err } = await commandLine({ tokens: () => Promise.reject(missing) }).run(["sweep"]);
    expect(err).toContain("next: npm install kysely");
  });

  test("whose reason says the same is told once", async () => {
    const args = ["issue", "application", ADA, "--name", "x", "--access", "nowhere=read"];
    const { exitCode, err } = await commandLine().run(args);
    expect(exitCode).toBe(1);
    expect(err).toBe(
      [
        'tokenry: invalid_input: access: there is no API "nowhere"',
        "  next: tokenry doctor names the kinds and APIs.",
        "",
      ].join("\n"),
    );
  });

  test.each([
    ["a kind", ["issue", "nothing", ADA, "--name", "x"]],
    ["an API of a budget", ["issue", "service", ADA, "--name", "x", "--budget", "nowhere=5"]],
  ])("of a name that is not there, %s, says who names them", async (_, args) => {
    const { err } = await commandLine().run(args);
    expect(err).toContain("next: tokenry doctor names the kinds and APIs.");
  });

  test.each([undefined, null, 0, "", "gone"])("is one where %j is thrown", async (thrown) => {
    const { exitCode, err } = await commandLine({ tokens: () => Promise.reject(thrown) }).run([
      ...["list", ADA],
    ]);
    expect(exitCode).toBe(1);
    expect(err).toContain("was thrown, which is no error");
  });

  test("shows with --verbose where its causes come from, too", async () => {
    const cause = new Error("the cause");
    cause.stack = "Error: the cause\n    at deep (/host/pool.ts:7:1)";
    const tokens = () => Promise.reject(new Error("the whole", { cause }));
    const { err } = await commandLine({ tokens }).run(["list", ADA, "--verbose"]);
    expect(err).toContain("at deep (/host/pool.ts:7:1)");
  });

  test("to tell of what is done is none", async () => {
    const options = { piped: "", isNoteRefused: true };
    const { exitCode, out } = await commandLine().run(
      ["issue", "service", ADA, "--name", "x"],
      options,
    );
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^acme_svc_/);
  });

  test("to close the host's clients is told too", async () => {
    const close = () => Promise.reject(new Error("pool is stuck"));
    const { exitCode, err } = await commandLine({ close }).run(["list", ADA]);
    expect(exitCode).toBe(1);
    expect(err).toContain("pool is stuck");
  });

  test.each([
    [{ tokns: 1 }, 'there is no "tokns"'],
    [{ tokens: 7 }, "config.tokens must be an object"],
    [
      { tokens: () => ({}) },
      "config.tokens.issue must be a function\n  next: Correct config.tokens.",
    ],
    [{ database: {} }, "The configuration has no tokens.\n  next: Give it your tokenry"],
  ])("of the configuration names the path: %j", async (config, message) => {
    const { checkConfig } = await import("../../src/cli/config.ts");
    const load = async () => checkConfig(config);
    const terminal = fakeTerminal({ piped: "" });
    expect(await run(["list", ADA], terminal, { version: "1.2.3", load })).toBe(1);
    expect(terminal.written.err).toContain(message);
  });
});
