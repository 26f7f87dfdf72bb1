import { describe, expect, test } from "vitest";
import { ADA } from "../support/directory.ts";
import { commandLine } from "./support/command-line.ts";

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
    const both = [await line.run(["help", "zones", "put"]), await line.run(["zones", "put", "-h"])];
    for (const each of both) expect(each.out).toContain("USAGE tokenry zones put");
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
    [["frobnicate", "--help"], "There is no command frobnicate."],
    [["help", "frobnicate"], "There is no command frobnicate."],
    [["help", "zones", "destroy"], "There is no command destroy."],
    [["--json", "list", ADA], "Options come after the command."],
    [["list"], "OWNER"],
    [["list", ADA, "bob"], "too many arguments"],
    [["list", ADA, "--colour"], "There is no option --colour."],
    [["list", ADA, "--kind"], "--kind needs a value."],
    [["list", ADA, "--kind="], "--kind must not be empty."],
    [["list", ADA, "--kind", "--json"], "--kind needs a value."],
    [["list", ADA, "--json=yes"], "--json takes no value."],
    [["list", ADA, "--limit", "many"], "--limit must be a whole number, 1 to 200."],
    [["list", ADA, "--limit", "0"], "--limit must be a whole number, 1 to 200."],
    [["events", "acme", "--limit", "201"], "--limit must be a whole number, 1 to 200."],
    [["zones", "put", "acme", "office"], "<ranges> is missing."],
    [["issue", "service", ADA], "--name is missing."],
    [["issue", "application", ADA, "--name", "x", "--expires-in", "3m"], "--expires-in must be"],
    [["issue", "service", ADA, "--name", "x", "--budget", "orders"], "--budget must be"],
    [["events", "acme", "--since", "2026-02-31"], "--since must be a time"],
  ])("%j", async (args, message) => {
    const line = commandLine();
    const { exitCode, out, err } = await line.run(args);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: "" });
    expect(err.toLowerCase()).toContain(message.toLowerCase());
    expect(await line.world.trail()).toEqual([]);
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
        [name, "--", `ci_${text}`],
        ["--version", text],
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
