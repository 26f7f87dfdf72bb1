import { describe, expect, test } from "vitest";
import {
  manySliding,
  memoryRepository,
  type Repository,
  Secret,
  SYSTEM,
  singleFixed,
} from "../../src/index.ts";
import { watchedRepository } from "../support/repository-proxies.ts";
import { createWorld, KINDS, outcomeOf } from "../support/world.ts";

describe("a secret that is no secret", () => {
  test.each([undefined, null, ""])("%o is missing_token", async (presented) => {
    expect(await createWorld().codeOf(presented)).toBe("missing_token");
  });

  test("CORE-03 a wrong shape, prefix or checksum asks no port", async () => {
    const watched = watchedRepository(memoryRepository());
    const asked: string[] = [];
    const world = createWorld({
      repository: watched.repository,
      budgets: { take: () => Promise.reject(new Error("asked")) },
    });
    const secret = (await world.issue()).secret.reveal();
    const body = secret.slice("acme_svc_".length);
    watched.calls.length = 0;
    world.directory.asked.length = 0;
    const wrong = [
      " ",
      secret.slice(0, -1),
      `${secret} `,
      ` ${secret}`,
      secret.toUpperCase(),
      `acme_sv_${body}`,
      `other_${body}`,
      // T-13: the checksum is over the prefix too.
      `acme_pat_${body}`,
      secret.replace(/.$/, (last) => (last === "0" ? "1" : "0")),
      secret.replace("_svc_", "_svc_\u0000"),
      "x".repeat(1_000_000),
    ];
    for (const text of wrong) expect(await world.codeOf(text)).toBe("malformed_token");
    // What JavaScript passes that TypeScript would not.
    for (const value of [1, {}, [secret], true])
      expect(await world.codeOf(value as unknown as string)).toBe("malformed_token");
    expect([watched.calls, world.directory.asked, asked]).toEqual([[], [], []]);
  });

  test("TV-12 a right checksum over a secret that was never issued is unknown_token", async () => {
    const world = createWorld();
    const { secret } = await createWorld().issue();
    expect(await world.codeOf(secret)).toBe("unknown_token");
  });
});

describe("a secret that opens a token", () => {
  test("a Secret is taken as its text is", async () => {
    const world = createWorld();
    const { secret, token } = await world.issue();
    for (const presented of [secret, secret.reveal(), new Secret(secret.reveal())])
      expect(await world.verify(presented)).toMatchObject({ ok: true, token: { id: token.id } });
  });

  test("EDG-01, OWN-19 an accepted verdict holds token, owner with profile, and budget", async () => {
    const world = createWorld();
    const { secret, token } = await world.issue();
    expect(await world.verify(secret)).toEqual({
      ok: true,
      token,
      owner: world.directory.find("ada"),
      budget: { limit: 300, remaining: 299, windowMs: 60_000, resetMs: 200 },
      budgetOf: "token",
    });
  });

  test("formerPrefixes are accepted and no longer issued", async () => {
    const before = createWorld({ kinds: { service: manySliding({ prefix: "old_svc" }) } });
    const { secret } = await before.issue();
    const after = before.node({
      kinds: { service: manySliding({ prefix: "new_svc", formerPrefixes: ["old_svc"] }) },
    });
    const call = { api: "orders", method: "GET" };
    expect(await after.verify(secret, call)).toMatchObject({ ok: true });
    const next = await after.issue({ kind: "service", owner: "ada", actor: SYSTEM, name: "new" });
    expect(next.secret.reveal()).toMatch(/^new_svc_/);
    expect(await before.tokens.verify(next.secret, call)).toMatchObject({
      code: "malformed_token",
    });
  });

  test("a prefix that now belongs to another kind opens no token of the old one", async () => {
    const before = createWorld({ kinds: { service: manySliding({ prefix: "acme_key" }) } });
    const { secret } = await before.issue();
    const after = before.node({
      kinds: {
        personal: singleFixed({ prefix: "acme_key" }),
        service: manySliding({ prefix: "acme_svc" }),
      },
    });
    expect(await after.verify(secret, { api: "orders", method: "GET" })).toMatchObject({
      code: "unknown_token",
    });
  });

  test("a store that compares loosely opens nothing by a hash that is not the very one", async () => {
    const repository = memoryRepository();
    const world = createWorld({ repository });
    await world.issue({ name: "the only one" });
    const [stored] = await repository.listByOwner({ owner: "ada", limit: 1 });
    const loose = world.node({
      repository: {
        ...repository,
        findByHash: () =>
          stored === undefined ? undefined : { token: stored, zones: { revision: 0, zones: [] } },
      },
    });
    const { secret } = await createWorld().issue();
    expect(await loose.verify(secret, { api: "orders", method: "GET" })).toMatchObject({
      code: "unknown_token",
    });
  });
});

test("CORE-32 a request for a rotation opens nothing, also where a store finds it", async () => {
  const repository = memoryRepository();
  const world = createWorld({ repository });
  await world.issue({ kind: "web" });
  await world.tokens.rotate({ owner: "ada", kind: "web", actor: "ada" });
  const stored = await repository.listByOwner({ owner: "ada", limit: 10 });
  const pending = stored.find(({ slot }) => slot === "pending");
  const findByHash: Repository["findByHash"] = () =>
    pending === undefined ? undefined : { token: pending, zones: { revision: 0, zones: [] } };
  const loose = world.node({ repository: { ...repository, findByHash } });
  const { secret } = await createWorld().issue({ kind: "web" });
  expect(pending?.hash).toBeNull();
  expect(await loose.verify(secret, { api: "orders", method: "GET" })).toMatchObject({
    code: "unknown_token",
  });
});

describe("expiry", () => {
  test("CORE-21 a token works until one millisecond before its expiry, swept or not", async () => {
    const world = createWorld();
    const { secret, token } = await world.issue({ kind: "personal" });
    const expiresAt = token.expiresAt?.getTime() ?? 0;
    world.clock.set(expiresAt - 1);
    expect(await world.codeOf(secret)).toBe("ok");
    world.clock.set(expiresAt);
    expect(await world.codeOf(secret)).toBe("expired_token");
    await world.tokens.jobs.sweep();
    expect(await world.codeOf(secret)).toBe("unknown_token");
  });

  test("OWN-02, TV-04 singleFixed lives for 180 days, used or not", async () => {
    const world = createWorld();
    world.clock.set(Date.UTC(2025, 2, 1, 10, 30));
    const { secret, token } = await world.issue({ kind: "personal" });
    expect(token.expiresAt).toEqual(new Date("2025-08-28T10:30:00Z"));
    world.clock.pass({ days: 90 });
    await world.verify(secret);
    expect((await world.tokens.get({ tokenId: token.id, actor: SYSTEM })).expiresAt).toEqual(
      token.expiresAt,
    );
  });

  test("EDG-16 primaryBackup never expires", async () => {
    const world = createWorld();
    const { secret, token } = await world.issue({ kind: "web" });
    expect(token.expiresAt).toBeNull();
    world.clock.pass({ years: 900 });
    expect(await world.codeOf(secret)).toBe("ok");
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, "noon"])(
    "CORE-13 a clock that says %o is an outage, and leaves nothing behind",
    async (time) => {
      const world = createWorld({ kinds: KINDS });
      const { secret, token } = await world.issue({ kind: "web" });
      const present = world.clock.now();
      world.clock.set(time as number);
      expect(await world.codeOf(secret)).toBe("unavailable");
      expect(await outcomeOf(world.issue())).toBe("unavailable");
      world.clock.set(present);
      expect(await world.codeOf(secret)).toBe("ok");
      const { lastUsedAt } = await world.tokens.get({ tokenId: token.id, actor: SYSTEM });
      expect(lastUsedAt).toEqual(new Date(present));
    },
  );
});
