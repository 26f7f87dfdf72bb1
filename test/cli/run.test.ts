import { describe, expect, test } from "vitest";
import { run } from "../../src/cli/run.ts";
import { ADA } from "../support/directory.ts";
import { createWorld } from "../support/world.ts";
import { commandLine } from "./support/command-line.ts";
import { fakeTerminal } from "./support/fake-terminal.ts";

const COMMANDS = [
  ...["migrate", "schema", "issue", "list", "show", "revoke", "revoke-all", "rotate", "zones"],
  ...["events", "sweep", "deliver", "check", "keys", "doctor"],
];

describe("usage", () => {
  test("--help shows every command, and each command its own", async () => {
    const line = commandLine();
    const { exitCode, out } = await line.run(["--help"]);
    expect(exitCode).toBe(0);
    for (const name of COMMANDS) {
      expect(out).toMatch(new RegExp(`^ +${name} {2,}\\S`, "m"));
      const own = await line.run([name, "--help"]);
      expect(own.exitCode).toBe(0);
      expect(own.out).toContain(`USAGE tokenry ${name}`);
    }
    expect((await line.run(["help", "zones", "put"])).out).toContain("USAGE zones put");
    expect(line.closed()).toBe(0);
  });

  test("--version tells the version", async () => {
    expect((await commandLine().run(["--version"])).out).toBe("1.2.3\n");
  });

  test("has no escape sequences where there is no terminal, nor trailing blanks", async () => {
    const { out } = await commandLine().run(["issue", "--help"]);
    expect(out).not.toContain("\u001b");
    expect(out).not.toMatch(/ $/m);
  });
});

describe("wrong use exits with 2, says what is wrong, and does nothing", () => {
  test.each([
    [[], "USAGE tokenry"],
    [["zones"], "USAGE tokenry zones"],
    [["frobnicate"], "There is no command frobnicate."],
    [["toString"], "There is no command toString."],
    [["zones", "destroy"], "There is no command destroy."],
    [["--json", "list", ADA], "Options come after the command."],
    [["list"], "OWNER"],
    [["list", ADA, "bob"], "too many arguments"],
    [["list", ADA, "--colour"], "There is no option --colour."],
    [["list", ADA, "--kind"], "--kind needs a value."],
    [["list", ADA, "--kind="], "--kind must not be empty."],
    [["list", ADA, "--kind", "--json"], "--kind needs a value."],
    [["list", ADA, "--json=yes"], "--json takes no value."],
    [["list", ADA, "--limit", "many"], "--limit must be a whole number."],
    [["zones", "put", "acme", "office"], "<ranges> is missing."],
    [["issue", "service", ADA], "--name is missing."],
    [["issue", "application", ADA, "--name", "x", "--expires-in", "3m"], "--expires-in must be"],
    [["issue", "service", ADA, "--name", "x", "--budget", "orders"], "--budget must be"],
    [["events", "acme", "--since", "yesterday"], "--since must be a time"],
  ])("%j", async (args, message) => {
    const line = commandLine();
    const { exitCode, out, err } = await line.run(args);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: "" });
    expect(err.toLowerCase()).toContain(message.toLowerCase());
    expect(await line.world.trail()).toEqual([]);
  });
});

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
    expect((await line.run(["list", ADA, "--verbose"])).err).toMatch(/^ +at .*run\.test\.ts/m);
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

  test("to close the host's clients is told too", async () => {
    const close = () => Promise.reject(new Error("pool is stuck"));
    const { exitCode, err } = await commandLine({ close }).run(["list", ADA]);
    expect(exitCode).toBe(1);
    expect(err).toContain("pool is stuck");
  });

  test.each([
    [{ tokns: 1 }, 'there is no "tokns"'],
    [{ tokens: 7 }, "config.tokens must be an object"],
    [{ tokens: () => ({}) }, "config.tokens.issue must be a function"],
  ])("of the configuration names the path: %j", async (config, message) => {
    const { checkConfig } = await import("../../src/cli/config.ts");
    const load = async () => checkConfig(config);
    const terminal = fakeTerminal({ piped: "" });
    expect(await run(["list", ADA], terminal, { version: "1.2.3", load })).toBe(1);
    expect(terminal.written.err).toContain(message);
  });
});

describe("an interruption", () => {
  test("leaves what runs, closes what was opened, and exits with 130 without a word", async () => {
    const find = () => new Promise<undefined>(() => {});
    const line = commandLine({}, createWorld({ directory: { find } }));
    const held: { terminal?: ReturnType<typeof fakeTerminal> } = {};
    const running = line.run(["list", ADA], { piped: "" }, held);
    setTimeout(() => held.terminal?.interrupt(), 20);
    const { exitCode, out, err } = await running;
    expect({ exitCode, out, err }).toEqual({ exitCode: 130, out: "", err: "" });
    expect(line.closed()).toBe(1);
  });
});

describe("a secret among the arguments", () => {
  test("is refused by every command, and repeated by none", async () => {
    const line = commandLine();
    const { secret } = await line.world.issue();
    const text = secret.reveal();
    for (const name of COMMANDS) {
      for (const args of [
        [name, text],
        [name, `--actor=${text}`],
        [name, "--", `x${text}`, text],
      ]) {
        const { exitCode, out, err } = await line.run(args);
        expect({ exitCode, out }).toEqual({ exitCode: 2, out: "" });
        expect(err).not.toContain(text.slice(-20));
      }
    }
    expect(await line.world.codeOf(text)).toBe("ok");
  });
});

test("no command but issue and rotate writes a secret", async () => {
  const line = commandLine();
  const { secret, token } = await line.world.issue({ kind: "direct" });
  const commands = [
    ["list", ADA],
    ["show", token.id],
    ["events", "acme"],
    ["zones", "list", "acme"],
    ["doctor"],
    ["sweep"],
    ["deliver"],
  ];
  const ends = [
    ["revoke", token.id, "--yes"],
    ["revoke-all", ADA, "--yes"],
  ];
  const asJson = (each: readonly string[]): readonly string[] => [...each, "--json"];
  for (const args of [...commands, ...commands.map(asJson), ...ends, ...ends.map(asJson)]) {
    const { exitCode, out, err } = await line.run(args);
    expect(exitCode).toBe(0);
    expect(out + err).not.toContain(secret.reveal());
    expect(out + err).not.toMatch(/[0-9A-Za-z]{38}/);
  }
});
