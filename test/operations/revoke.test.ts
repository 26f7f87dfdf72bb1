import { describe, expect, test } from "vitest";
import { type Issued, type RevokeRequest, SYSTEM } from "../../src/index.ts";
import { ADA, BOB, FOREIGN_MANAGER, MANAGER, STRANGER } from "../support/directory.ts";
import { REPOSITORIES } from "../support/repositories.ts";
import { jitteredRepository, overtakenRepository } from "../support/repository-proxies.ts";
import { createWorld, outcomeOf } from "../support/world.ts";

describe.each(REPOSITORIES)("CORE-36, OKT-09, OWN-10 revoke, over $store", ({ open }) => {
  test("R7009-05, ASVS 7.4.1 the token is dead at once, gone, and cannot come back", async () => {
    const world = createWorld({ repository: await open() });
    const { secret, token } = await world.issue();
    await world.tokens.revoke({ tokenId: token.id, actor: MANAGER, reason: "lost laptop" });
    expect(await world.codeOf(secret)).toBe("unknown_token");
    const target = { tokenId: token.id, actor: SYSTEM } as const;
    expect(await outcomeOf(world.tokens.get(target))).toBe("not_found");
    expect(await outcomeOf(world.tokens.update({ ...target, name: "x" }))).toBe("not_found");
    expect(await outcomeOf(world.tokens.regenerate(target))).toBe("not_found");
    expect((await world.trail()).at(-1)).toMatchObject({
      ...{ type: "token.revoked", tokenId: token.id, owner: ADA, actor: MANAGER, kind: "service" },
      data: { name: "laptop", reason: "lost laptop" },
    });
  });

  test("again does nothing, also of many at once, and there is one event", async () => {
    const world = createWorld({ repository: jitteredRepository(await open()) });
    const { token } = await world.issue();
    const revoke = () => outcomeOf(world.tokens.revoke({ tokenId: token.id, actor: ADA }));
    const outcomes = await Promise.all(Array.from({ length: 10 }, revoke));
    expect(new Set(outcomes)).toEqual(new Set(["ok"]));
    expect(await revoke()).toBe("ok");
    expect(await world.trail("token.revoked")).toHaveLength(1);
  });

  test("the expired and the swept can be revoked too", async () => {
    const world = createWorld({ repository: await open() });
    const { token } = await world.issue();
    world.clock.pass({ days: 30 });
    const revoke = () => outcomeOf(world.tokens.revoke({ tokenId: token.id, actor: ADA }));
    expect(await revoke()).toBe("ok");
    expect(await world.tokens.jobs.sweep()).toEqual({ removed: 0 });
    const next = await world.issue();
    world.clock.pass({ days: 30 });
    await world.tokens.jobs.sweep();
    expect(await outcomeOf(world.tokens.revoke({ tokenId: next.token.id, actor: ADA }))).toBe("ok");
  });

  test("CORE-75, AP-1, ASVS 8.2.2 another account's token is answered as an unknown id, also when it is gone", async () => {
    const world = createWorld({ repository: await open() });
    const { secret, token } = await world.issue();
    const answers = async (tokenId: string) =>
      Promise.all(
        [STRANGER, FOREIGN_MANAGER].map((actor) =>
          outcomeOf(world.tokens.revoke({ tokenId, actor })),
        ),
      );
    expect(await answers(token.id)).toEqual(["not_found", "not_found"]);
    expect(await answers("no such id")).toEqual(["not_found", "not_found"]);
    expect(await world.codeOf(secret)).toBe("ok");
    await world.tokens.revoke({ tokenId: token.id, actor: ADA });
    expect(await answers(token.id)).toEqual(["not_found", "not_found"]);
    expect(await outcomeOf(world.tokens.revoke({ tokenId: token.id, actor: BOB }))).toBe(
      "forbidden",
    );
  });

  test("CORE-31 what waits for its link is no token yet: not found, and it waits on", async () => {
    const world = createWorld({ repository: await open() });
    const { secret } = await world.issue({ kind: "web" });
    const pair = { kind: "web", owner: ADA, actor: ADA } as const;
    await world.tokens.rotate(pair);
    const [requested] = await world.trail("rotation.requested");
    const tokenId = requested?.tokenId ?? "";
    for (const actor of [ADA, MANAGER, SYSTEM] as const)
      expect(await outcomeOf(world.tokens.revoke({ tokenId, actor }))).toBe("not_found");
    expect(await world.trail("token.revoked")).toEqual([]);
    expect(await world.tokens.pendingRotation(pair)).toMatchObject({ pending: true });
    expect(await world.codeOf(secret)).toBe("ok");
  });

  test("an unknown id is not_found for everyone", async () => {
    const { tokens } = createWorld({ repository: await open() });
    for (const actor of [ADA, MANAGER, SYSTEM] as const)
      expect(await outcomeOf(tokens.revoke({ tokenId: "no such id", actor }))).toBe("not_found");
  });
});

test("the reason is optional, a text, and bounded", async () => {
  const world = createWorld();
  const { token } = await world.issue();
  const revoke = (reason: unknown) =>
    world.tokens.revoke({ tokenId: token.id, actor: ADA, reason } as RevokeRequest);
  for (const reason of ["", "a\nb", "a".repeat(256)])
    expect(await outcomeOf(revoke(reason))).toBe("invalid_input");
  await expect(revoke(7)).rejects.toThrow(TypeError);
  expect(await outcomeOf(revoke(undefined))).toBe("ok");
  expect((await world.trail("token.revoked")).map(({ data }) => data)).toEqual([
    { name: "laptop" },
  ]);
});

describe.each(REPOSITORIES)("OKT-10, CORE-38, IND-07 revokeCurrent, over $store", ({ open }) => {
  test("whoever has the secret may end the token, and is recorded as its owner", async () => {
    const world = createWorld({ repository: await open() });
    const { secret, token } = await world.issue();
    expect(await world.tokens.revokeCurrent(secret)).toEqual({ revoked: 1 });
    expect(await world.codeOf(secret)).toBe("unknown_token");
    expect(
      (await world.trail("token.revoked")).map((event) => [event.actor, event.tokenId, event.data]),
    ).toEqual([[ADA, token.id, { name: "laptop", reason: "revoked by its own secret" }]]);
    expect(await world.tokens.revokeCurrent(secret.reveal())).toEqual({ revoked: 0 });
  });

  test("R7009-02 a secret that opens nothing ends nothing", async () => {
    const world = createWorld({ repository: await open() });
    const { secret } = await world.issue();
    world.clock.pass({ days: 30 });
    for (const text of ["", "no secret", (await createWorld().issue()).secret.reveal(), secret])
      expect(await world.tokens.revokeCurrent(text)).toEqual({ revoked: 0 });
    expect(await world.trail("token.revoked")).toEqual([]);
  });

  test("needs no rights, no budget and no access", async () => {
    const world = createWorld({ repository: await open() });
    const { secret } = await world.issue({
      budgets: { orders: 1 },
      network: { include: ["10.0.0.1"] },
    });
    world.directory.change(ADA, { active: false, apiAccess: false, methods: [] });
    expect(await world.tokens.revokeCurrent(secret)).toEqual({ revoked: 1 });
  });

  test("of many at once one ends it", async () => {
    const world = createWorld({ repository: jitteredRepository(await open()) });
    const { secret } = await world.issue();
    const all = await Promise.all(
      Array.from({ length: 10 }, () => world.tokens.revokeCurrent(secret)),
    );
    expect(all.reduce((sum, { revoked }) => sum + revoked, 0)).toBe(1);
    expect(await world.trail("token.revoked")).toHaveLength(1);
  });

  test("a secret that was regenerated away does not end its successor", async () => {
    const world = createWorld({ repository: await open() });
    const { secret, token } = await world.issue({ kind: "application", access: "full" });
    const next = await world.tokens.regenerate({ tokenId: token.id, actor: MANAGER });
    expect(await world.tokens.revokeCurrent(secret)).toEqual({ revoked: 0 });
    expect(await world.codeOf(next.secret)).toBe("ok");
  });

  test("nor one that is regenerated away while it is being revoked", async () => {
    const repository = await open();
    const world = createWorld({ repository });
    const { secret, token } = await world.issue({ kind: "application", access: "full" });
    const made: Issued[] = [];
    const overtaken = overtakenRepository(repository, "findByHash", async () => {
      made.push(await world.tokens.regenerate({ tokenId: token.id, actor: MANAGER }));
    });
    expect(await world.node({ repository: overtaken }).revokeCurrent(secret)).toEqual({
      revoked: 0,
    });
    expect(await world.codeOf(made[0]?.secret)).toBe("ok");
  });
});

test.each([undefined, null, 1, {}])("revokeCurrent of %o is the host's mistake", async (secret) => {
  await expect(createWorld().tokens.revokeCurrent(secret as unknown as string)).rejects.toThrow(
    TypeError,
  );
});
