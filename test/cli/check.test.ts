import { describe, expect, test } from "vitest";
import { singleFixed } from "../../src/index.ts";
import { createWorld, KINDS } from "../support/world.ts";
import { commandLine } from "./support/command-line.ts";

async function withSecret() {
  const line = commandLine();
  const { secret } = await line.world.issue();
  return { line, secret: secret.reveal() };
}

describe("check", () => {
  test("tells the kind of what comes by the input, and writes nothing of it", async () => {
    const { line, secret } = await withSecret();
    for (const args of [["check"], ["check", "--json"], ["check", "--verbose"]]) {
      const { exitCode, out, err } = await line.run(args, { piped: `${secret}\n` });
      expect(exitCode).toBe(0);
      expect(out).toContain("service");
      expect(out + err).not.toContain(secret.slice(-12));
    }
  });

  test("as JSON says whether, of which kind and why not", async () => {
    const { line, secret } = await withSecret();
    const good = await line.run(["check", "--json"], { piped: secret });
    expect(good.json()).toEqual({ wellFormed: true, kind: "service", reason: null });
    const bad = await line.run(["check", "--json"], { piped: "acme_svc_short" });
    expect(bad.json()).toMatchObject({ wellFormed: false, kind: null });
  });

  test("reads a hidden line at a terminal", async () => {
    const { line, secret } = await withSecret();
    const { exitCode, err, terminal } = await line.run(["check"], { typed: [secret] });
    expect(exitCode).toBe(0);
    expect(terminal.readings).toEqual([{ isHidden: true }]);
    expect(err).toContain("not shown");
    expect(err).not.toContain(secret);
  });

  test("takes the end of the input for an empty one", async () => {
    const { exitCode, out } = await commandLine().run(["check"], { typed: [] });
    expect({ exitCode, out }).toEqual({
      exitCode: 1,
      out: "No well-formed secret: there is no input.\n",
    });
  });

  test("knows former prefixes", async () => {
    const { secret } = await withSecret();
    const renamed = singleFixed({ prefix: "acme_new", formerPrefixes: ["acme_svc"] });
    const { service: _, ...others } = KINDS;
    const line = commandLine({}, createWorld({ kinds: { ...others, renamed } }));
    const { out } = await line.run(["check"], { piped: secret });
    expect(out).toContain("of kind renamed");
  });

  test.each([
    [
      "a changed character",
      (secret: string) => secret.replace(/.$/, (c) => (c === "a" ? "b" : "a")),
    ],
    ["nothing", () => "\n"],
    ["two secrets", (secret: string) => `${secret}\n${secret}`],
    ["another prefix", (secret: string) => secret.replace("acme", "umbra")],
    ["a long text", () => "a".repeat(2000)],
  ])("refuses %s by 1, with a reason", async (_, made) => {
    const { line, secret } = await withSecret();
    const piped = made(secret);
    const { exitCode, out, err } = await line.run(["check"], { piped });
    expect(exitCode).toBe(1);
    expect(out).toMatch(/^No well-formed secret: .+\.\n$/);
    expect(out + err).not.toContain(secret.slice(10, 30));
  });

  test("takes no argument, whatever it is, and repeats none", async () => {
    const { line, secret } = await withSecret();
    for (const argument of [secret, "something-else"]) {
      const { exitCode, out, err } = await line.run(["check", argument], { piped: "" });
      expect(exitCode).toBe(2);
      expect(out).toBe("");
      expect(err).toMatch(/the shell keeps what was typed/);
      expect(err).not.toContain(argument);
    }
  });
});
