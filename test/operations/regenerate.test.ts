import { describe, expect, test } from "vitest";
import { manySliding, SYSTEM } from "../../src/index.ts";
import { ADA, MANAGER } from "../support/directory.ts";
import { REPOSITORIES } from "../support/repositories.ts";
import { jitteredRepository } from "../support/repository-proxies.ts";
import { createWorld, outcomeOf } from "../support/world.ts";

describe.each(REPOSITORIES)("CRT-08, CORE-34 regenerate, over $store", ({ open }) => {
  test("DEC-18 same id, name and restrictions; a new secret and expiry; the old one dead at once", async () => {
    const world = createWorld({ repository: await open() });
    const { secret, token } = await world.issue({
      ...{
        kind: "application",
        actor: MANAGER,
        access: { orders: "read" },
        budgets: { orders: 7 },
      },
      ...{ network: { include: ["10.0.0.0/8"] }, expiresIn: { months: 3 } },
    });
    const request = { address: "10.0.0.1" };
    await world.verify(secret, request);
    world.clock.pass({ days: 10 });
    const next = await world.tokens.regenerate({ tokenId: token.id, actor: SYSTEM });
    const now = world.clock.now();
    expect(next.token).toEqual({
      ...token,
      hint: `acme_app_…${next.secret.reveal().slice(-4)}`,
      updatedAt: new Date(now),
      expiresAt: new Date("2027-06-02T12:00:00Z"),
      lastUsedAt: new Date(now - 10 * 86_400_000),
    });
    expect(await world.codeOf(secret, request)).toBe("unknown_token");
    expect(await world.codeOf(next.secret, request)).toBe("ok");
    expect((await world.trail()).at(-1)).toMatchObject({
      ...{ type: "token.regenerated", tokenId: token.id, owner: ADA, actor: "SYSTEM" },
      data: { name: "laptop", expiresAt: Date.UTC(2027, 5, 2, 12) },
    });
  });

  test("only of what is as it was seen: of two at once the second is a conflict", async () => {
    const world = createWorld({ repository: jitteredRepository(await open()) });
    const { token } = await world.issue({ kind: "application" });
    const request = { tokenId: token.id, actor: MANAGER, unchangedSince: token.updatedAt };
    const outcomes = await Promise.all([
      outcomeOf(world.tokens.regenerate(request)),
      outcomeOf(world.tokens.regenerate(request)),
    ]);
    expect(outcomes.toSorted()).toEqual(["conflict", "ok"]);
  });

  test("CRT-04 the life is chosen anew, counted from now", async () => {
    const world = createWorld({ repository: await open() });
    const { token } = await world.issue({ kind: "application", expiresIn: { months: 12 } });
    world.clock.pass({ days: 1 });
    const regenerate = (expiresIn?: { months: number }) =>
      world.tokens.regenerate({ tokenId: token.id, actor: MANAGER, expiresIn });
    expect((await regenerate({ months: 3 })).token.expiresAt).toEqual(
      new Date("2027-02-23T12:00:00Z"),
    );
    expect((await regenerate()).token.expiresAt).toEqual(new Date("2027-05-23T12:00:00Z"));
    expect(await outcomeOf(regenerate({ months: 5 }))).toBe("invalid_input");
  });

  test("of parallel regenerations the last secret works, and no other", async () => {
    const world = createWorld({ repository: jitteredRepository(await open()) });
    const { secret, token } = await world.issue({ kind: "application", access: "full" });
    const all = await Promise.all(
      Array.from({ length: 10 }, () =>
        world.tokens.regenerate({ tokenId: token.id, actor: MANAGER }),
      ),
    );
    const secrets = [secret, ...all.map((issued) => issued.secret)];
    const codes = await Promise.all(secrets.map((each) => world.codeOf(each)));
    expect(codes.filter((code) => code === "ok")).toHaveLength(1);
    expect(codes.filter((code) => code === "unknown_token")).toHaveLength(10);
    expect(await world.trail("token.regenerated")).toHaveLength(10);
    expect(await world.repository.findById(token.id)).toMatchObject({ version: 11 });
  });

  test("with revocations at the same time there is no working secret in the end", async () => {
    const world = createWorld({ repository: jitteredRepository(await open()) });
    const { secret, token } = await world.issue({ kind: "application", access: "full" });
    const target = { tokenId: token.id, actor: MANAGER };
    const made = Array.from({ length: 5 }, () =>
      world.tokens.regenerate(target).catch(() => undefined),
    );
    const [all] = await Promise.all([Promise.all(made), world.tokens.revoke(target)]);
    for (const each of [secret, ...all.flatMap((issued) => issued?.secret ?? [])])
      expect(await world.codeOf(each)).toBe("unknown_token");
  });
});

describe("what is refused", () => {
  test("CORE-28 an expired token, swept or not", async () => {
    const world = createWorld();
    const { token } = await world.issue({ kind: "application" });
    world.clock.pass({ months: 6 });
    const regenerate = () =>
      outcomeOf(world.tokens.regenerate({ tokenId: token.id, actor: MANAGER }));
    expect(await regenerate()).toBe("expired");
    await world.tokens.jobs.sweep();
    expect(await regenerate()).toBe("not_found");
  });

  test.each(["personal", "service", "web"])(
    "a kind that is replaced in another way: %s",
    async (kind) => {
      const world = createWorld();
      const { secret, token } = await world.issue({ kind });
      const regenerate = world.tokens.regenerate({ tokenId: token.id, actor: SYSTEM });
      expect(await outcomeOf(regenerate)).toBe("replacement_not_allowed");
      expect(await world.codeOf(secret)).toBe("ok");
    },
  );

  test("a token of a kind that is no longer configured", async () => {
    const world = createWorld();
    const { token } = await world.issue({ kind: "application" });
    const later = world.node({ kinds: { service: manySliding({ prefix: "acme_svc" }) } });
    expect(await outcomeOf(later.regenerate({ tokenId: token.id, actor: SYSTEM }))).toBe(
      "replacement_not_allowed",
    );
    expect(await outcomeOf(later.update({ tokenId: token.id, actor: SYSTEM, name: "x" }))).toBe(
      "not_found",
    );
    expect(await later.get({ tokenId: token.id, actor: SYSTEM })).toEqual(token);
    expect(await outcomeOf(later.revoke({ tokenId: token.id, actor: SYSTEM }))).toBe("ok");
  });

  test.each(["no such id", "", "x".repeat(1000)])("CORE-75 an unknown id", async (tokenId) => {
    const { tokens } = createWorld();
    expect(await outcomeOf(tokens.regenerate({ tokenId, actor: SYSTEM }))).toBe("not_found");
  });
});
