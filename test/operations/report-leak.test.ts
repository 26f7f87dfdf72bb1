import { describe, expect, test } from "vitest";
import { memoryRepository, SYSTEM, singleFixed } from "../../src/index.ts";
import { ACCOUNT, ADA } from "../support/directory.ts";
import { REPOSITORIES } from "../support/repositories.ts";
import { overtakenRepository, watchedRepository } from "../support/repository-proxies.ts";
import { createWorld, KINDS, outcomeOf } from "../support/world.ts";

const REPORT = { source: "Commit", url: "https://github.example/acme/shop/commit/1" };

/** A kind whose tokens are only told of. */
const TOLD = { ...KINDS, told: singleFixed({ prefix: "acme_told", onLeak: "notify" }) };

describe.each(REPOSITORIES)("IND-07, IND-13 a report of a leak, over $store", ({ open }) => {
  test("ends the token, says where it was found, and tells the owner once", async () => {
    const world = createWorld({ repository: await open() });
    const { secret, token } = await world.issue();
    expect(await world.tokens.reportLeak(secret, REPORT)).toEqual({
      ...{ known: true, revoked: true, tokenId: token.id },
    });
    expect(await world.codeOf(secret)).toBe("unknown_token");
    expect(await world.trail("token.leaked")).toMatchObject([
      {
        ...{ tokenId: token.id, owner: ADA, account: ACCOUNT, actor: "SYSTEM", outcome: "done" },
        data: { name: "laptop", ...REPORT, revoked: true },
      },
    ]);
    expect(await world.trail("token.revoked")).toMatchObject([{ data: { reason: "leaked" } }]);
    await world.tokens.jobs.deliver();
    expect(world.notifier.notices.map(({ type }) => type)).toEqual([
      "token.issued",
      "token.leaked",
    ]);
  });

  test("of a secret that opens nothing is known as that, and is no event", async () => {
    const world = createWorld({ repository: await open() });
    const { secret } = await world.issue();
    const unknown = { known: false, revoked: false };
    await world.tokens.reportLeak(secret, REPORT);
    for (const text of [secret, "", "acme_svc_nonsense", secret.reveal().toUpperCase()])
      expect(await world.tokens.reportLeak(text, REPORT)).toEqual(unknown);
    expect(await world.trail("token.leaked")).toHaveLength(1);
  });

  test("of a kind that is only told of: the token works on, and each place is told of once a day", async () => {
    const world = createWorld({ repository: await open(), kinds: TOLD });
    const { secret, token } = await world.issue({ kind: "told" });
    const told = { known: true, revoked: false, tokenId: token.id };
    for (let count = 0; count < 3; count++)
      expect(await world.tokens.reportLeak(secret, REPORT)).toEqual(told);
    expect(await world.codeOf(secret)).toBe("ok");
    expect(await world.trail("token.leaked")).toMatchObject([{ data: { revoked: false } }]);
    await world.tokens.reportLeak(secret, { source: "Gist_content" });
    world.clock.pass({ days: 1 });
    await world.tokens.reportLeak(secret, REPORT);
    expect((await world.trail("token.leaked")).map(({ data }) => data.url)).toEqual([
      ...[REPORT.url, null, REPORT.url],
    ]);
  });

  test("of an expired token ends nothing, and is recorded", async () => {
    const world = createWorld({ repository: await open() });
    const { secret, token } = await world.issue();
    world.clock.pass({ days: 30 });
    expect(await world.tokens.reportLeak(secret, REPORT)).toEqual({
      ...{ known: true, revoked: false, tokenId: token.id },
    });
    expect(await world.trail("token.leaked")).toHaveLength(1);
  });

  test("many reports at once end it once, with one event", async () => {
    const world = createWorld({ repository: await open() });
    const { secret } = await world.issue();
    const reports = Array.from({ length: 20 }, () => world.tokens.reportLeak(secret, REPORT));
    const revoked = (await Promise.all(reports)).filter((report) => report.revoked);
    expect(revoked).toHaveLength(1);
    expect(await world.trail("token.leaked")).toHaveLength(1);
  });

  test("a secret that is regenerated away meanwhile does not end its successor", async () => {
    const repository = await open();
    const other = createWorld({ repository });
    const { secret, token } = await other.issue({ kind: "application" });
    const world = createWorld({
      repository: overtakenRepository(repository, "findByHash", () =>
        other.tokens.regenerate({ tokenId: token.id, actor: SYSTEM }),
      ),
    });
    expect(await world.tokens.reportLeak(secret, REPORT)).toEqual({ known: false, revoked: false });
    expect(await other.tokens.get({ tokenId: token.id, actor: SYSTEM })).toBeDefined();
  });
});

describe("what a report says comes from outside", () => {
  test("T-15 a secret in an address is cut out of it", async () => {
    const world = createWorld({ kinds: TOLD });
    const { secret } = await world.issue({ kind: "told" });
    const url = `https://paste.example/?q=${secret.reveal()}`;
    await world.tokens.reportLeak(secret, { source: `of ${secret.reveal()}`, url });
    const [event] = await world.trail("token.leaked");
    expect(event?.data).toMatchObject({ source: "of …", url: "https://paste.example/?q=…" });
  });

  test.each([
    ["javascript:alert(1)", null],
    [`https://paste.example/${"x".repeat(2048)}`, null],
    ["ftp://paste.example/1", null],
    ["", null],
    ["HTTPS://paste.example/a\r\nb", "HTTPS://paste.example/a b"],
  ])("the address %j is kept as %j", async (url, kept) => {
    const world = createWorld();
    const { secret } = await world.issue();
    await world.tokens.reportLeak(secret, { source: "x".repeat(100), url });
    const [event] = await world.trail("token.leaked");
    expect(event?.data).toMatchObject({ source: "x".repeat(64), url: kept });
  });

  test.each([
    [5, REPORT],
    ["secret", { source: 5 }],
    ["secret", { source: "x", url: 5 }],
    ["secret", undefined],
    ["secret", { ...REPORT, token: "x" }],
  ])("%o with %o is the host's mistake", async (secret, report) => {
    const { tokens } = createWorld();
    await expect(tokens.reportLeak(secret as string, report as typeof REPORT)).rejects.toThrow(
      TypeError,
    );
  });
});

test("a report that met an outage counts when it comes again", async () => {
  const watched = watchedRepository(memoryRepository());
  const world = createWorld({ repository: watched.repository, kinds: TOLD });
  const { secret } = await world.issue({ kind: "told" });
  watched.failing.add("commit");
  expect(await outcomeOf(world.tokens.reportLeak(secret, REPORT))).toBe("unavailable");
  watched.failing.clear();
  await world.tokens.reportLeak(secret, REPORT);
  expect(await world.trail("token.leaked")).toHaveLength(1);
});

test("a store out of reach is unavailable", async () => {
  const world = createWorld();
  const { secret } = await world.issue();
  const broken = {
    ...memoryRepository(),
    findByHash: () => {
      throw new Error("out of reach");
    },
  };
  const node = world.node({ repository: broken });
  expect(await outcomeOf(node.reportLeak(secret, REPORT))).toBe("unavailable");
});
