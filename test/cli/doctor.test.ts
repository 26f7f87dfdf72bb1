import { EventEmitter } from "node:events";
import { Kysely } from "kysely";
import { describe, expect, onTestFinished, test } from "vitest";
import type { TokenryConfig } from "../../src/cli/config.ts";
import { clockSkew } from "../../src/cli/doctor/clock-skew.ts";
import { NoticeError } from "../../src/index.ts";
import { generateKeys, suppliedKeys } from "../../src/oauth/index.ts";
import { migrate, nodeSqliteDialect } from "../../src/storage/sql/index.ts";
import { START } from "../support/clock.ts";
import { createWorld, PEPPERS, type World } from "../support/world.ts";
import { commandLine } from "./support/command-line.ts";
import { type FakeOptions, fakeTerminal } from "./support/fake-terminal.ts";

interface Report {
  readonly ok: boolean;
  readonly checks: readonly { name: string; status: string; message: string; next?: string }[];
}

async function report(
  config: Partial<TokenryConfig> = {},
  { world = createWorld(), options = { piped: "" } }: { world?: World; options?: FakeOptions } = {},
) {
  const outcome = await commandLine(config, world).run(["doctor", "--json"], options);
  // A cast, as it is JSON.
  const { ok, checks } = outcome.json() as Report;
  const of = (name: string) => checks.find((check) => check.name === name);
  return { ok, of, names: checks.map(({ name }) => name), exitCode: outcome.exitCode };
}

async function openDatabase(): Promise<Kysely<object>> {
  const database = new Kysely<object>({ dialect: nodeSqliteDialect(":memory:") });
  onTestFinished(() => database.destroy());
  return database;
}

const redisAt = (now: number) => ({
  ping: async () => "PONG",
  time: async () => [String(Math.floor(now / 1000)), "0"],
});

describe("doctor", () => {
  test("finds nothing wrong where nothing is", async () => {
    const database = await openDatabase();
    await migrate(database);
    const { ok, names, of, exitCode } = await report({
      database,
      redis: redisAt(START),
      peppers: PEPPERS,
      trustProxy: ["10.0.0.0/8"],
      notifier: { channels: ["mail"], deliver: async () => {} },
      signingKeys: async () => suppliedKeys(await generateKeys({ algorithm: "ES256" })),
    });
    expect({ ok, exitCode }).toEqual({ ok: true, exitCode: 0 });
    for (const name of names) expect(of(name)).toMatchObject({ status: "ok" });
    expect(names).toEqual([
      ...["database", "migrations", "redis", "redis clock", "tokenry", "repository", "directory"],
      ...["parked notices", "peppers", "trusted proxies", "notifier", "signing keys"],
    ]);
  });

  test("is a list of lines for people, with what to do next", async () => {
    const { exitCode, out } = await commandLine({ trustProxy: [] }).run(["doctor"], {});
    expect(exitCode).toBe(0);
    expect(out).toContain("\u001b[32mok");
    expect(out).toMatch(/warning.* {2}notifier +not told: .*\n +next: Give the configuration/);
    expect(out).toMatch(/\d ok, \d with warnings, 0 failed\n$/);
    const plain = { environment: { NO_COLOR: "1" } };
    expect((await commandLine().run(["doctor"], plain)).out).not.toContain("\u001b[");
  });

  test("warns of what the configuration does not tell", async () => {
    const { of } = await report();
    for (const name of ["database", "peppers", "trusted proxies", "notifier"])
      expect(of(name)).toMatchObject({ status: "warning", next: expect.any(String) as string });
  });

  test("fails where migrations are left to do, by 1", async () => {
    const { of, exitCode } = await report({ database: await openDatabase() });
    expect(exitCode).toBe(1);
    expect(of("database")).toMatchObject({ status: "ok" });
    expect(of("migrations")).toMatchObject({ status: "failed", next: "tokenry migrate" });
  });

  test("fails where the database is gone, and goes on to the other checks", async () => {
    const dialect = nodeSqliteDialect("/nowhere/at/all.sqlite");
    const { of } = await report({ database: new Kysely<object>({ dialect }), trustProxy: [] });
    expect(of("database")).toMatchObject({
      status: "failed",
      message: expect.stringContaining("cannot be opened") as string,
    });
    expect(of("trusted proxies")).toMatchObject({ status: "ok" });
  });

  test("fails where the tokenry does not open", async () => {
    const tokens = () => Promise.reject(new RangeError("kinds.web.prefix must be unique"));
    const { of } = await report({ tokens });
    expect(of("tokenry")).toMatchObject({
      status: "failed",
      message: "kinds.web.prefix must be unique",
    });
  });

  test("blames the tokenry alone for what cannot be asked without it", async () => {
    const tokens = () => Promise.reject(new RangeError("kinds.web.prefix must be unique"));
    const { of, names } = await report({ tokens, trustProxy: [] });
    expect(names.filter((name) => of(name)?.status === "failed")).toEqual(["tokenry"]);
    for (const name of ["repository", "directory", "parked notices", "peppers"])
      expect(of(name)).toMatchObject({
        status: "warning",
        message: expect.stringContaining("see tokenry above") as string,
      });
    const short = await report({ tokens, peppers: [{ id: "1", key: "short" }] });
    expect(short.of("peppers")).toMatchObject({ status: "failed" });
  });

  test("opens each part once", async () => {
    const database = await openDatabase();
    const opened: string[] = [];
    await report({
      tokens: () => {
        opened.push("tokens");
        return createWorld().node();
      },
      database: () => {
        opened.push("database");
        return database;
      },
      redis: () => {
        opened.push("redis");
        return redisAt(START);
      },
    });
    expect(opened).toEqual(["database", "redis", "tokens"]);
  });

  test("says what to correct where the tables' names cannot be", async () => {
    const { of } = await report({ database: await openDatabase(), tables: { prefix: "1 2" } });
    expect(of("database")).toMatchObject({ status: "failed", next: "Correct config.tables." });
  });

  test.each([
    [[], "ok"],
    [["10.0.0.0/8", "unix"], "ok"],
    [["0.0.0.0/0"], "warning"],
    [["10.0.0.0/33"], "failed"],
    [["banana"], "failed"],
  ])("looks at trusted proxies as the adapters do: %j", async (trustProxy, status) => {
    expect((await report({ trustProxy })).of("trusted proxies")).toMatchObject({ status });
  });

  test("warns of a directory that knows everybody", async () => {
    const find = (id: string) => ({ id, account: "acme", active: true });
    const { of } = await report({}, { world: createWorld({ directory: { find } }) });
    expect(of("directory")).toMatchObject({ status: "warning" });
  });

  test("fails where Redis or the directory does not answer", async () => {
    const ping = () => Promise.reject(new Error("connect ECONNREFUSED 127.0.0.1:6379"));
    const find = () => Promise.reject(new Error("ldap is away"));
    const { of } = await report(
      { redis: { ping } },
      { world: createWorld({ directory: { find } }) },
    );
    expect(of("redis")).toMatchObject({ status: "failed" });
    expect(of("directory")).toMatchObject({
      status: "failed",
      message: expect.stringContaining("ldap is away") as string,
    });
  });

  test("goes on where a client tells of its errors by events, too", async () => {
    const events = new EventEmitter();
    const ping = () => {
      events.emit("error", new Error("connect ECONNREFUSED"));
      return Promise.reject(new Error("the socket is closed"));
    };
    const redis = Object.assign(events, { ping });
    const { of } = await report({ redis, trustProxy: [] });
    expect(of("redis")).toMatchObject({ status: "failed", message: "the socket is closed" });
    expect(of("trusted proxies")).toMatchObject({ status: "ok" });
  });

  test("does not wait for ever", async () => {
    const redis = { ping: () => new Promise(() => {}) };
    const whileAsleep = () => new Promise<void>((resolve) => setTimeout(resolve, 20));
    const { of } = await report({ redis }, { options: { piped: "", whileAsleep } });
    expect(of("redis")).toMatchObject({ status: "failed", message: "no answer within 10 seconds" });
  });

  test("asks the directory about an owner who is named", async () => {
    const line = commandLine();
    expect((await line.run(["doctor", "--owner", "ada"])).out).toContain("answers: ada is active");
    expect((await line.run(["doctor", "--owner", "zoe"])).out).toContain("it does not know zoe");
  });

  test.each([
    ["short", 15, "failed"],
    ["not long", 16, "warning"],
    ["long", 32, "ok"],
  ])("looks at the length of peppers: %s", async (_, length, status) => {
    const { of } = await report({ peppers: [{ id: "1", key: "x".repeat(length) }] });
    expect(of("peppers")).toMatchObject({ status });
  });

  test("tells of parked notices, and why they are", async () => {
    const world = createWorld();
    world.notifier.failure = new NoticeError("no such mailbox", { isFinal: true });
    await world.issue();
    await world.tokens.jobs.deliver();
    const { of } = await report({}, { world });
    expect(of("parked notices")).toMatchObject({
      status: "warning",
      message: expect.stringContaining("no such mailbox") as string,
    });
  });

  test("fails where the key that signs is not published", async () => {
    const keys = suppliedKeys(await generateKeys({ algorithm: "ES256" }));
    const signingKeys = { current: () => keys.current(), published: async () => ({ keys: [] }) };
    expect((await report({ signingKeys })).of("signing keys")).toMatchObject({ status: "failed" });
  });
});

describe("a clock", () => {
  test.each([
    [0, "ok"],
    [900, "ok"],
    [-900, "ok"],
    [5000, "warning"],
    [-5000, "warning"],
    [61_000, "failed"],
    [-61_000, "failed"],
  ])("%i ms apart: %s", async (apart, status) => {
    expect(await clockSkew(fakeTerminal(), async () => START + apart)).toMatchObject({ status });
  });

  test("is not blamed for how long its answer takes", async () => {
    let now = START;
    const terminal = fakeTerminal({ now: () => now });
    const finding = await clockSkew(terminal, async () => {
      now += 30_000;
      return START + 15_000;
    });
    expect(finding).toMatchObject({ status: "ok" });
  });

  test("of a client that tells a Date is read too", async () => {
    const redis = { ping: async () => "PONG", time: async () => new Date(START + 5000) };
    const { of } = await report({ redis });
    expect(of("redis clock")).toMatchObject({ message: "5.0 seconds ahead of this machine" });
  });
});
