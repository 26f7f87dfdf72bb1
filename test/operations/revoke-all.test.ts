import { describe, expect, test } from "vitest";
import { type Issued, memoryRepository, SYSTEM } from "../../src/index.ts";
import {
  ACCOUNT,
  ADA,
  BOB,
  FOREIGN_MANAGER,
  MANAGER,
  OTHER_ACCOUNT,
} from "../support/directory.ts";
import { REPOSITORIES } from "../support/repositories.ts";
import {
  jitteredRepository,
  overtakenRepository,
  watchedRepository,
} from "../support/repository-proxies.ts";
import { createWorld, outcomeOf, type World } from "../support/world.ts";

/** Tokens of three kinds for Ada, one of Bob. */
async function issueSome(world: World) {
  const ada: Issued[] = [];
  for (const kind of ["service", "service", "personal", "application"])
    ada.push(await world.issue({ kind, ...(kind === "application" ? { access: "full" } : {}) }));
  return { ada, bob: await world.issue({ owner: BOB }) };
}

describe.each(REPOSITORIES)("CRT-09, CORE-37, ASVS 7.4.5 revokeAll, over $store", ({ open }) => {
  test("ends all of an owner and counts them, each with its event", async () => {
    const world = createWorld({ repository: await open() });
    const { ada, bob } = await issueSome(world);
    expect(await world.tokens.revokeAll({ owner: ADA, actor: MANAGER })).toEqual({ revoked: 4 });
    for (const { secret } of ada) expect(await world.codeOf(secret)).toBe("unknown_token");
    expect(await world.codeOf(bob.secret)).toBe("ok");
    const events = await world.trail("token.revoked");
    expect(events.map(({ tokenId }) => tokenId).sort()).toEqual(
      ada.map(({ token }) => token.id).sort(),
    );
    expect(
      events.every(({ actor, data }) => actor === MANAGER && data.reason === "all revoked"),
    ).toBe(true);
    expect(await world.tokens.revokeAll({ owner: ADA, actor: MANAGER })).toEqual({ revoked: 0 });
  });

  test("ASVS 7.4.5 a rotation that is asked for meanwhile does not outlive it", async () => {
    const repository = await open();
    const other = createWorld({ repository });
    await other.issue({ kind: "web" });
    const web = { owner: ADA, kind: "web", actor: ADA } as const;
    const world = createWorld({
      repository: overtakenRepository(repository, "listByOwner", () => other.tokens.rotate(web)),
    });
    expect(await world.tokens.revokeAll({ owner: ADA, actor: ADA })).toEqual({ revoked: 1 });
    await other.tokens.jobs.deliver();
    expect(await repository.listByOwner({ owner: ADA, limit: 10 })).toEqual([]);
    const requested = other.notifier.notices.find(({ type }) => type === "rotation.requested");
    expect(requested).toBeDefined();
    expect(requested).not.toHaveProperty("code");
  });

  test("ends those of one kind", async () => {
    const world = createWorld({ repository: await open() });
    const { ada } = await issueSome(world);
    expect(await world.tokens.revokeAll({ owner: ADA, kind: "service", actor: ADA })).toEqual({
      revoked: 2,
    });
    const codes = await Promise.all(ada.map(({ secret }) => world.codeOf(secret)));
    expect(codes).toEqual(["unknown_token", "unknown_token", "ok", "ok"]);
    expect(await outcomeOf(world.tokens.revokeAll({ owner: ADA, kind: "nope", actor: ADA }))).toBe(
      "invalid_input",
    );
  });

  test("counts neither what has expired nor a request for a rotation, and clears both", async () => {
    const world = createWorld({ repository: await open() });
    await world.issue();
    world.clock.pass({ days: 30 });
    await world.issue({ kind: "web" });
    await world.tokens.rotate({ owner: ADA, kind: "web", actor: ADA });
    expect(await world.tokens.revokeAll({ owner: ADA, actor: ADA })).toEqual({ revoked: 1 });
    expect(await world.repository.listByOwner({ owner: ADA, limit: 10 })).toEqual([]);
  });

  test("with issues at the same time: what was issued before is ended, what is issued after lives", async () => {
    const world = createWorld({ repository: jitteredRepository(await open()) });
    const before = await Promise.all(Array.from({ length: 5 }, () => world.issue()));
    const during = Array.from({ length: 10 }, () => world.issue());
    const [{ revoked }, issued] = await Promise.all([
      world.tokens.revokeAll({ owner: ADA, actor: ADA }),
      Promise.all(during),
    ]);
    for (const { secret } of before) expect(await world.codeOf(secret)).toBe("unknown_token");
    const codes = await Promise.all(issued.map(({ secret }) => world.codeOf(secret)));
    const ended = codes.filter((code) => code === "unknown_token").length;
    expect(revoked).toBe(5 + ended);
    expect(await world.trail("token.revoked")).toHaveLength(revoked);
  });

  test("of several at once each token is ended once", async () => {
    const world = createWorld({ repository: jitteredRepository(await open()) });
    await Promise.all(Array.from({ length: 10 }, () => world.issue()));
    const all = Array.from({ length: 5 }, () => world.tokens.revokeAll({ owner: ADA, actor: ADA }));
    const counts = (await Promise.all(all)).map(({ revoked }) => revoked);
    expect(counts.reduce((sum, revoked) => sum + revoked, 0)).toBe(10);
    expect(await world.trail("token.revoked")).toHaveLength(10);
  });

  test("of more tokens than a page", async () => {
    const world = createWorld({ repository: await open() });
    for (let count = 0; count < 201; count++) await world.issue();
    expect(await world.tokens.revokeAll({ owner: ADA, actor: ADA })).toEqual({ revoked: 201 });
  });
});

test("ASVS 2.3.3 is one commit: a store that fails ends none", async () => {
  const watched = watchedRepository(memoryRepository());
  const world = createWorld({ repository: watched.repository });
  const { ada } = await issueSome(world);
  watched.calls.length = 0;
  watched.failing.add("commit");
  expect(await outcomeOf(world.tokens.revokeAll({ owner: ADA, actor: ADA }))).toBe("unavailable");
  expect(watched.calls.filter((method) => method === "commit")).toHaveLength(1);
  for (const { secret } of ada) expect(await world.codeOf(secret)).toBe("ok");
});

describe("tokens of an account that the owner has left", () => {
  const moved = async () => {
    const world = createWorld();
    const old = await world.issue();
    world.directory.change(ADA, { account: OTHER_ACCOUNT });
    const present = await world.issue();
    return { world, old, present };
  };

  test("are not the new account's to end", async () => {
    const { world, old } = await moved();
    expect(await world.tokens.revokeAll({ owner: ADA, actor: FOREIGN_MANAGER })).toEqual({
      revoked: 1,
    });
    expect(await world.repository.findById(old.token.id)).toBeDefined();
  });

  test("are the host's to end", async () => {
    const { world } = await moved();
    expect(await world.tokens.revokeAll({ owner: ADA, actor: SYSTEM })).toEqual({ revoked: 2 });
    expect(await world.trail("token.revoked", ACCOUNT)).toHaveLength(1);
    expect(await world.trail("token.revoked", OTHER_ACCOUNT)).toHaveLength(1);
  });
});

describe.each(REPOSITORIES)("OKT-30, CORE-40, DEC-01 deprovision, over $store", ({ open }) => {
  test("ends all and says so, with one event more", async () => {
    const world = createWorld({ repository: await open() });
    const { ada } = await issueSome(world);
    expect(await world.tokens.deprovision({ owner: ADA, actor: MANAGER })).toEqual({ revoked: 4 });
    for (const { secret } of ada) expect(await world.codeOf(secret)).toBe("unknown_token");
    const events = await world.trail();
    expect(events.at(-1)).toMatchObject({
      ...{ type: "owner.deprovisioned", owner: ADA, tokenId: null, kind: null, actor: MANAGER },
      data: { revoked: 4 },
    });
    expect(events.filter(({ type }) => type === "token.revoked")).toHaveLength(4);
  });

  test("when the directory no longer knows the owner", async () => {
    const world = createWorld({ repository: await open() });
    const { ada } = await issueSome(world);
    world.directory.remove(ADA);
    expect(await world.tokens.deprovision({ owner: ADA, actor: SYSTEM })).toEqual({ revoked: 4 });
    world.directory.change(ADA, { active: true });
    await world.tokens.ownerChanged(ADA);
    for (const { secret } of ada) expect(await world.codeOf(secret)).toBe("unknown_token");
  });

  test("a manager may, when the directory no longer knows the owner", async () => {
    const world = createWorld({ repository: await open() });
    await issueSome(world);
    world.directory.remove(ADA);
    expect(await outcomeOf(world.tokens.deprovision({ owner: ADA, actor: FOREIGN_MANAGER }))).toBe(
      "not_found",
    );
    expect(await world.tokens.deprovision({ owner: ADA, actor: MANAGER })).toEqual({ revoked: 4 });
  });

  test("an inactive owner's too, and an owner's without any", async () => {
    const world = createWorld({ repository: await open() });
    await world.issue();
    world.directory.change(ADA, { active: false });
    expect(await world.tokens.deprovision({ owner: ADA, actor: SYSTEM })).toEqual({ revoked: 1 });
    expect(await world.tokens.deprovision({ owner: BOB, actor: SYSTEM })).toEqual({ revoked: 0 });
    expect(await world.trail("owner.deprovisioned")).toHaveLength(2);
  });

  test("of nobody, by the host, is nothing; by anyone else it is not_found", async () => {
    const { tokens } = createWorld({ repository: await open() });
    expect(await tokens.deprovision({ owner: "nobody", actor: SYSTEM })).toEqual({ revoked: 0 });
    expect(await outcomeOf(tokens.deprovision({ owner: "nobody", actor: MANAGER }))).toBe(
      "not_found",
    );
  });
});

test("deprovision drops what is cached of the owner", async () => {
  const world = createWorld();
  await world.issue();
  const { secret } = await world.issue({ owner: BOB });
  await world.verify(secret);
  world.directory.change(BOB, { active: false });
  expect(await world.codeOf(secret)).toBe("ok");
  await world.tokens.deprovision({ owner: BOB, actor: SYSTEM });
  const next = await world.node().list({ owner: BOB, actor: SYSTEM });
  expect(next.tokens).toEqual([]);
});

test("a failure that is no absence goes on", async () => {
  const watched = watchedRepository(memoryRepository());
  const world = createWorld({ repository: watched.repository });
  watched.failing.add("listByOwner");
  expect(await outcomeOf(world.tokens.deprovision({ owner: ADA, actor: SYSTEM }))).toBe(
    "unavailable",
  );
});
