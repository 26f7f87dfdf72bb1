import { describe, expect, test } from "vitest";
import { ACCOUNT, ADA, MANAGER } from "../support/directory.ts";
import { createWorld } from "../support/world.ts";
import { commandLine } from "./support/command-line.ts";
import type { FakeTerminal } from "./support/fake-terminal.ts";

describe("zones", () => {
  test("are put, listed and removed", async () => {
    const line = commandLine();
    const put = await line.run(["zones", "put", ACCOUNT, "office", "192.0.2.0/24", "10.0.0.1"]);
    expect(put.out).toBe("Zone office has 2 ranges and is not blocked.\n");
    const list = await line.run(["zones", "list", ACCOUNT]);
    expect(list.out.split("\n").slice(0, 2)).toEqual([
      "NAME    BLOCKED  RANGES",
      "office  no       192.0.2.0/24 10.0.0.1",
    ]);
    const blocked = await line.run(["zones", "put", ACCOUNT, "tor", "203.0.113.0/24", "--blocked"]);
    expect(blocked.exitCode).toBe(0);
    const json = await line.run(["zones", "list", ACCOUNT, "--json"]);
    expect(json.json()).toMatchObject({
      zones: [{ name: "office" }, { name: "tor", blocked: true }],
    });
    const removed = await line.run(["zones", "remove", ACCOUNT, "tor", "--yes", "--json"]);
    expect(removed.json()).toEqual({ account: ACCOUNT, name: "tor", removed: true });
  });

  test("that are blocked stay so, or not, as was said, and are left alone where nothing was", async () => {
    const line = commandLine();
    const put = (...args: readonly string[]) =>
      line.run(["zones", "put", ACCOUNT, "evil", ...args]);
    const first = await put("192.0.2.0/24", "--blocked");
    expect(first.out).toBe("Zone evil has 1 range and is blocked.\n");
    const unsaid = await put("198.51.100.0/24");
    expect(unsaid.exitCode).toBe(1);
    expect(unsaid.err).toMatch(/Zone evil is blocked\.[\s\S]*next: Add --blocked .* --not-blocked/);
    const both = await put("198.51.100.0/24", "--blocked", "--not-blocked");
    expect(both.exitCode).toBe(2);
    const list = await line.run(["zones", "list", ACCOUNT, "--json"]);
    expect(list.json()).toMatchObject({ zones: [{ ranges: ["192.0.2.0/24"], blocked: true }] });
    expect((await put("198.51.100.0/24", "--blocked")).out).toContain("is blocked.");
    const ended = await put("198.51.100.0/24", "--not-blocked");
    expect(ended.out).toBe("Zone evil has 1 range and is not blocked.\n");
    expect((await put("198.51.100.0/24")).exitCode).toBe(0);
  });

  test("that somebody blocks in the meantime stay so", async () => {
    const world = createWorld();
    const { zones, ...others } = world.node();
    const put = { account: ACCOUNT, name: "evil", ranges: ["192.0.2.0/24"], actor: MANAGER };
    const list: typeof zones.list = async (request) => {
      const before = await zones.list(request);
      await zones.put({ ...put, blocked: true });
      return before;
    };
    const line = commandLine({ tokens: { ...others, zones: { ...zones, list } } }, world);
    const { exitCode, err } = await line.run(["zones", "put", ACCOUNT, "evil", "198.51.100.0/24"]);
    expect(exitCode).toBe(1);
    expect(err).toMatch(/^tokenry: conflict[\s\S]*next: Run the command again\./);
  });

  test("are removed after a yes only, and not while a token refers to one", async () => {
    const line = commandLine();
    await line.run(["zones", "put", ACCOUNT, "office", "192.0.2.0/24"]);
    await line.world.issue({ network: { include: ["zone:office"] } });
    const args = ["zones", "remove", ACCOUNT, "office"];
    expect((await line.run(args)).exitCode).toBe(4);
    const refused = await line.run(args, { typed: ["y"] });
    expect(refused.exitCode).toBe(1);
    expect(refused.err).toMatch(/zone_in_use[\s\S]*next: tokenry list/);
  });

  test("that hold no range are refused with the path", async () => {
    const { exitCode, err } = await commandLine().run([
      "zones",
      "put",
      ACCOUNT,
      "office",
      "nowhere",
    ]);
    expect(exitCode).toBe(1);
    expect(err).toContain("invalid_input: ranges[0]");
  });
});

describe("events", () => {
  test("are shown newest first, by pages and filters", async () => {
    const line = commandLine();
    const { token } = await line.world.issue();
    line.world.clock.pass({ minutes: 1 });
    await line.world.tokens.revoke({ tokenId: token.id, actor: ADA, reason: "lost" });
    const all = await line.run(["events", ACCOUNT]);
    expect(all.out.split("\n")).toEqual([
      expect.stringMatching(/^TIME \(UTC\) +EVENT +OWNER +KIND +TOKEN +ACTOR +FACTS$/),
      expect.stringMatching(/^2026-11-22 12:01:00 {2}token\.revoked .* ada .*reason=lost/),
      expect.stringMatching(/^2026-11-22 12:00:00 {2}token\.issued .* SYSTEM +name=laptop/),
      "",
    ]);
    const args = ["events", ACCOUNT, "--type", "token.issued", "--owner", ADA, "--token", token.id];
    const filtered = await line.run([...args, "--until", "2026-11-22T12:00:30Z", "--json"]);
    expect(filtered.json()).toMatchObject({
      events: [{ type: "token.issued", tokenId: token.id }],
    });
    const none = await line.run(["events", ACCOUNT, "--since", "2026-12-01"]);
    expect(none.err).toBe("There are no such events.\n");
    const page = await line.run(["events", ACCOUNT, "--limit", "1"]);
    expect(page.err).toMatch(/--cursor \d+/);
  });

  test("keep their ids whole in the narrowest terminal, and tell no fact that is none", async () => {
    const line = commandLine();
    const { token } = await line.world.issue();
    const { out } = await line.run(["events", ACCOUNT], { columns: 20 });
    expect(out).toContain(`token       ${token.id}\nactor       SYSTEM\n`);
    expect((await line.run(["events", ACCOUNT])).out).not.toContain("null");
  });

  test("are exported as NDJSON", async () => {
    const line = commandLine();
    await line.world.issue();
    await line.world.issue();
    const { exitCode, out, err } = await line.run(["events", ACCOUNT, "--export"]);
    const lines = out.trim().split("\n");
    expect(exitCode).toBe(0);
    expect(lines.map((each) => (JSON.parse(each) as { type: string }).type)).toEqual([
      "token.issued",
      "token.issued",
    ]);
    expect(err).toBe("2 events.\n");
  });

  test("end quietly when nobody reads them any more", async () => {
    const line = commandLine();
    await line.world.issue();
    for (const how of ["--export", "--follow"]) {
      const options = { piped: "", readerLeavesAfter: 0, whileAsleep: async () => {} };
      const { exitCode, err } = await line.run(["events", ACCOUNT, how], options);
      expect(exitCode).toBe(0);
      expect(err).not.toContain("tokenry:");
    }
  });

  test("are followed until the person interrupts, each once", async () => {
    const world = createWorld();
    const line = commandLine({}, world);
    await world.issue({ name: "before" });
    let naps = 0;
    const held: { terminal?: FakeTerminal } = {};
    const whileAsleep = async (): Promise<void> => {
      naps += 1;
      world.clock.pass({ seconds: 2 });
      if (naps < 3) await world.issue({ name: `nap ${naps}` });
      if (naps === 4) held.terminal?.interrupt();
    };
    const options = { piped: "", now: () => world.clock.now(), whileAsleep };
    const outcome = await line.run(["events", ACCOUNT, "--follow", "--json"], options, held);
    const events = outcome.out.trim().split("\n");
    expect(
      events.map((each) => (JSON.parse(each) as { data: { name: string } }).data.name),
    ).toEqual(["nap 1", "nap 2"]);
    expect(outcome.exitCode).toBe(130);
    expect(outcome.err).toBe("");
    expect(line.closed()).toBe(1);
  });

  test.each([
    ["--export", "--follow"],
    ["--export", "--limit", "1"],
    ["--export", "--cursor", "1"],
    ["--follow", "--limit", "1"],
    ["--follow", "--cursor", "1"],
    ["--follow", "--until", "2026-12-01"],
  ])("are not chosen by what would be without effect: %s %s", async (first, second, ...value) => {
    const args = ["events", ACCOUNT, first, second, ...value];
    const { exitCode, err } = await commandLine().run(args);
    expect(exitCode).toBe(2);
    expect(err).toContain(`${first} and ${second} do not go together.`);
  });

  test("are chosen by types that there are only", async () => {
    const line = commandLine();
    await line.world.issue();
    await line.run(["zones", "put", ACCOUNT, "office", "192.0.2.0/24"]);
    const types = ["--type", "token.issued, zone.changed", "--type", "zone.removed"];
    const both = await line.run(["events", ACCOUNT, "--json", ...types]);
    expect(both.json()).toMatchObject({
      events: [{ type: "zone.changed" }, { type: "token.issued" }],
    });
    const mistyped = await line.run(["events", ACCOUNT, "--type", "token.revokd"]);
    expect(mistyped.exitCode).toBe(2);
    expect(mistyped.err).toMatch(/type token\.revokd\.\n {2}next: .*token\.revoked/);
  });

  test("quote a name that could be taken for facts", async () => {
    const line = commandLine();
    await line.world.issue({ name: "x reason=all" });
    const { out } = await line.run(["events", ACCOUNT], { piped: "" });
    expect(out).toContain('  name="x reason=all"\n');
  });
});

describe("jobs", () => {
  test("sweep and deliver tell what a pass did", async () => {
    const line = commandLine();
    await line.world.issue();
    const delivered = await line.run(["deliver", "--json"]);
    expect(delivered.json()).toEqual({ delivered: 1, retried: 0, parked: 0 });
    line.world.clock.pass({ days: 31 });
    const swept = await line.run(["sweep"]);
    expect(swept.out).toBe("Removed 1 expired tokens.\n");
    expect((await line.run(["deliver"])).out).toMatch(/^Delivered 1 notices; 0 failed/);
  });

  test("show a bar at a terminal, and none elsewhere", async () => {
    const shown = await commandLine().run(["sweep"], {});
    expect(shown.err).toMatch(/^\r.\[Ksweeping \[=== +\] 0 s\r.\[K$/u);
    expect((await commandLine().run(["sweep"])).err).toBe("");
    expect((await commandLine().run(["sweep", "--json"], {})).err).toBe("");
    const dumb = { environment: { TERM: "dumb" } };
    expect((await commandLine().run(["sweep"], dumb)).err).toBe("");
  });

  test("show no bar among events that go to the same terminal", async () => {
    const line = commandLine();
    await line.world.issue();
    expect((await line.run(["events", ACCOUNT, "--export"], {})).err).toBe("1 events.\n");
  });
});
