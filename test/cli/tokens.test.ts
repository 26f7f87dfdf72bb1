import { describe, expect, test } from "vitest";
import { ADA, MANAGER } from "../support/directory.ts";
import { createWorld } from "../support/world.ts";
import { commandLine } from "./support/command-line.ts";

const NOTHING_THERE = { piped: "" };

async function issued(line = commandLine()) {
  const { secret, token } = await line.world.issue();
  return { line, secret: secret.reveal(), token };
}

describe("issue", () => {
  test("writes the secret alone to the output, and what it is to the other", async () => {
    const line = commandLine();
    const { exitCode, out, err } = await line.run(["issue", "service", ADA, "--name", "laptop"]);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^acme_svc_[0-9A-Za-z]{38}\n$/);
    expect(await line.world.codeOf(out.trim())).toBe("ok");
    expect(err).toContain('Issued: service token "laptop" of ada');
    expect(err).not.toContain(out.trim());
  });

  test("as JSON is one document with the secret and the token", async () => {
    const line = commandLine();
    const outcome = await line.run(["issue", "service", ADA, "--name", "laptop", "--json"]);
    expect(outcome.json()).toMatchObject({
      secret: expect.stringMatching(/^acme_svc_/) as string,
      token: { kind: "service", owner: ADA, name: "laptop", createdBy: "SYSTEM" },
    });
    expect(outcome.err).toBe("");
  });

  test("takes access, networks, budgets and a chosen life, and acts as who is named", async () => {
    const outcome = await commandLine().run([
      ...["issue", "application", ADA, "--name", "app", "--actor", MANAGER, "--json"],
      ...["--access", "orders=read", "--access", "invoices=GET,POST", "--budget", "orders=25"],
      ...["--include", "10.0.0.0/8", "--include", "192.0.2.1", "--exclude", "10.9.0.0/16"],
      ...["--expires-in", "3 months"],
    ]);
    expect(outcome.json()).toMatchObject({
      token: {
        access: { orders: "read", invoices: ["GET", "POST"] },
        budgets: { orders: 25 },
        network: { include: ["10.0.0.0/8", "192.0.2.1"], exclude: ["10.9.0.0/16"] },
        expiresAt: "2027-02-22T12:00:00.000Z",
        createdBy: MANAGER,
      },
    });
  });

  test("that is refused tells the code, the reason and what to do, and exits with 1", async () => {
    const line = commandLine();
    await line.run(["issue", "personal", ADA, "--name", "first"]);
    const { exitCode, out, err } = await line.run(["issue", "personal", ADA, "--name", "second"]);
    expect(exitCode).toBe(1);
    expect(out).toBe("");
    expect(err).toMatch(/^tokenry: slot_taken: .*\n {2}next: .*tokenry revoke/);
  });

  test("whose secret nobody reads says how to end the token", async () => {
    const line = commandLine();
    const args = ["issue", "service", ADA, "--name", "laptop"];
    const { exitCode, out, err } = await line.run(args, { piped: "", readerLeavesAfter: 0 });
    expect({ exitCode, out }).toEqual({ exitCode: 1, out: "" });
    const { tokens } = await line.world.tokens.list({ owner: ADA, actor: ADA });
    expect(err).toContain(`tokenry revoke ${tokens[0]?.id} --yes`);
  });
});

describe("list and show", () => {
  test("list shows a table, by pages", async () => {
    const { line, token } = await issued();
    line.world.clock.pass({ minutes: 1 });
    await line.world.issue({ name: "server" });
    const first = await line.run(["list", ADA, "--limit", "1"]);
    expect(first.out.split("\n")).toEqual([
      expect.stringMatching(/^ID +KIND +NAME +SLOT +HINT +EXPIRES +LAST USED$/),
      expect.stringMatching(new RegExp(`^${token.id} +service +laptop +- .* 2026-12-22 +not yet$`)),
      "",
    ]);
    const [, cursor = ""] = /--cursor (\S+)/.exec(first.err) ?? [];
    const second = await line.run(["list", ADA, "--cursor", cursor]);
    expect(second.out).toContain("server");
    expect(second.out).not.toContain("laptop");
  });

  test("list shortens no hint and no day, and shows records in a narrow terminal", async () => {
    const { line, token } = await issued();
    await line.world.issue({ name: "a name that is as long as names may be" });
    const table = await line.run(["list", ADA], { columns: 100 });
    expect(table.out).toContain("  a name …  ");
    expect(table.out).toContain(`${token.hint}  2026-12-22  not yet\n`);
    const records = await line.run(["list", ADA], { columns: 80 });
    expect(records.out).toContain(`hint       ${token.hint}\nexpires    2026-12-22\n`);
    expect(records.out).toMatch(/last used {2}not yet\n\nid /);
  });

  test("list as JSON is a page of the management API, without a secret", async () => {
    const { line, secret, token } = await issued();
    const outcome = await line.run(["list", ADA, "--json"]);
    expect(outcome.json()).toEqual({ tokens: [JSON.parse(JSON.stringify(token))] });
    expect(outcome.out).not.toContain(secret);
  });

  test("list of an owner without tokens says so beside an empty output", async () => {
    const { exitCode, out, err } = await commandLine().run(["list", ADA]);
    expect({ exitCode, out, err }).toEqual({ exitCode: 0, out: "", err: "ada has no tokens.\n" });
  });

  test("show tells all of a token", async () => {
    const { line, token } = await issued();
    const { out } = await line.run(["show", token.id]);
    expect(out).toContain(`id         ${token.id}\n`);
    expect(out).toContain("access     what its owner may do\n");
    expect(out).toContain("network    from anywhere\n");
    const json = await line.run(["show", token.id, "--json"]);
    expect(json.json()).toEqual(JSON.parse(JSON.stringify(token)));
  });

  test("an actor sees what the actor may see", async () => {
    const { line, token } = await issued();
    const { exitCode, err } = await line.run(["show", token.id, "--actor", "bob"]);
    expect(exitCode).toBe(1);
    expect(err).toMatch(/forbidden[\s\S]*Leave --actor out/);
  });
});

describe("revoke", () => {
  test.each([
    ["y", 0, "unknown_token"],
    ["YES", 0, "unknown_token"],
    ["", 4, "ok"],
    ["n", 4, "ok"],
    [undefined, 4, "ok"],
  ])("asks at a terminal: %s", async (answer, code, verdict) => {
    const { line, secret, token } = await issued();
    const typed = answer === undefined ? [] : [answer];
    const { exitCode, err, terminal } = await line.run(["revoke", token.id], { typed });
    expect(exitCode).toBe(code);
    expect(err).toContain(`End service token "laptop" of ada (${token.hint}, ${token.id})? [y/N]`);
    expect(terminal.readings).toEqual([{ isHidden: false }]);
    expect(await line.world.codeOf(secret)).toBe(verdict);
  });

  test("without a terminal needs --yes", async () => {
    const { line, secret, token } = await issued();
    const refused = await line.run(["revoke", token.id], { piped: "y\n" });
    expect(refused.exitCode).toBe(4);
    expect(refused.err).toContain("--yes");
    expect(await line.world.codeOf(secret)).toBe("ok");
    const args = ["revoke", token.id, "--yes", "--reason", "lost", "--json"];
    const done = await line.run(args, NOTHING_THERE);
    expect(done.json()).toEqual({ tokenId: token.id, revoked: true });
    const [event] = await line.world.trail("token.revoked");
    expect(event?.data).toMatchObject({ reason: "lost" });
  });

  test("is asked no question where the output is a file", async () => {
    const { line, token } = await issued();
    const { exitCode } = await line.run(["revoke", token.id], {
      typed: ["y"],
      showsTerminal: false,
    });
    expect(exitCode).toBe(4);
  });

  test("again does nothing, and of an id that never was is refused", async () => {
    const { line, token } = await issued();
    await line.run(["revoke", token.id, "--yes"]);
    expect((await line.run(["revoke", token.id], { typed: ["y"] })).exitCode).toBe(0);
    const { exitCode, err } = await line.run(["revoke", "nothing", "--yes"]);
    expect(exitCode).toBe(1);
    expect(err).toContain("not_found");
  });
});

describe("revoke-all", () => {
  test.each([
    [ADA, 0, 0],
    ["y", 4, 2],
    ["ADA", 4, 2],
  ])("wants the owner's id typed: %s", async (answer, code, left) => {
    const { line } = await issued();
    await line.world.issue({ name: "server" });
    const { exitCode, err } = await line.run(["revoke-all", ADA], { typed: [answer] });
    expect(exitCode).toBe(code);
    expect(err).toContain("This ends 2 tokens of ada. Type ada to go on:");
    const { tokens } = await line.world.tokens.list({ owner: ADA, actor: ADA });
    expect(tokens).toHaveLength(left);
  });

  test("ends those of one kind only", async () => {
    const { line } = await issued();
    await line.world.issue({ kind: "personal" });
    const args = ["revoke-all", ADA, "--kind", "personal", "--yes", "--json"];
    expect((await line.run(args)).json()).toEqual({ owner: ADA, revoked: 1 });
  });

  test("without a terminal needs --yes", async () => {
    const { line, secret } = await issued();
    expect((await line.run(["revoke-all", ADA], { piped: ADA })).exitCode).toBe(4);
    expect(await line.world.codeOf(secret)).toBe("ok");
  });
});

describe("rotate", () => {
  test("writes the new secret as issue does", async () => {
    const line = commandLine();
    await line.world.issue({ kind: "direct" });
    const { exitCode, out } = await line.run(["rotate", "direct", ADA], { typed: ["yes"] });
    expect(exitCode).toBe(0);
    expect(await line.world.codeOf(out.trim())).toBe("ok");
  });

  test("that is to be confirmed says that nothing has changed yet", async () => {
    const line = commandLine();
    await line.world.issue({ kind: "web" });
    const { exitCode, out, err } = await line.run(["rotate", "web", ADA, "--yes"]);
    expect({ exitCode, out }).toEqual({ exitCode: 0, out: "" });
    expect(err).toContain("Nothing has changed yet");
    const json = await line.run(["rotate", "web", ADA, "--yes", "--json"]);
    expect(json.json()).toEqual({ pending: true, expiresAt: "2026-11-22T13:00:00.000Z" });
  });

  test("is not done without a yes", async () => {
    const line = commandLine(undefined, createWorld());
    const { secret } = await line.world.issue({ kind: "direct" });
    expect((await line.run(["rotate", "direct", ADA])).exitCode).toBe(4);
    expect(await line.world.codeOf(secret)).toBe("ok");
    expect(await line.world.trail("token.issued")).toHaveLength(1);
  });
});
