import { describe, expect, test } from "vitest";
import { type Issued, primaryBackup, type RotationPending, SYSTEM } from "../../src/index.ts";
import { ADA, BOB, MANAGER } from "../support/directory.ts";
import { REPOSITORIES } from "../support/repositories.ts";
import { jitteredRepository } from "../support/repository-proxies.ts";
import { createWorld, outcomeOf, type World } from "../support/world.ts";

const DIRECT = { owner: ADA, kind: "direct", actor: ADA };

/** Rotates a kind that needs no confirmation. */
async function rotate(world: World): Promise<Issued> {
  const rotated = await world.tokens.rotate(DIRECT);
  if ("pending" in rotated) throw new Error("this kind needs no confirmation");
  return rotated;
}

async function slotsOf(world: World): Promise<Record<string, string>> {
  const { tokens } = await world.tokens.list({ owner: ADA, actor: SYSTEM });
  return Object.fromEntries(tokens.map(({ slot, id }) => [slot, id]));
}

describe.each(REPOSITORIES)("CORE-31 a rotation at once, over $store", ({ open }) => {
  test("the first grant is the primary", async () => {
    const world = createWorld({ repository: await open() });
    const { token } = await world.issue({ kind: "direct" });
    expect(await slotsOf(world)).toEqual({ primary: token.id });
  });

  test("EDG-09, EDG-08 a new primary, the old one is the backup, and both work", async () => {
    const world = createWorld({ repository: await open() });
    const first = await world.issue({
      ...{ kind: "direct", network: { include: ["10.0.0.1"] }, budgets: { orders: 7 } },
    });
    world.clock.pass({ days: 1 });
    const second = await rotate(world);
    expect(await slotsOf(world)).toEqual({ primary: second.token.id, backup: first.token.id });
    for (const { secret } of [first, second])
      expect(await world.codeOf(secret, { address: "10.0.0.1" })).toBe("ok");
    const now = new Date(world.clock.now());
    expect(second.token).toEqual({
      ...first.token,
      ...{ id: expect.any(String), hint: `acme_dir_…${second.secret.reveal().slice(-4)}` },
      ...{ createdAt: now, createdBy: ADA, updatedAt: now },
    });
  });

  test("DEC-07, EDG-11 another one ends the old backup, with its event", async () => {
    const world = createWorld({ repository: await open() });
    const [first, second, third] = [
      await world.issue({ kind: "direct" }),
      await rotate(world),
      await rotate(world),
    ];
    expect(await slotsOf(world)).toEqual({ primary: third.token.id, backup: second.token.id });
    expect(await world.codeOf(first.secret)).toBe("unknown_token");
    const events = (await world.trail()).map(({ type, tokenId, data }) => [type, tokenId, data]);
    expect(events).toEqual([
      ["token.issued", first.token.id, { name: "laptop", slot: "primary" }],
      [
        "token.issued",
        second.token.id,
        { name: "laptop", slot: "primary", backup: first.token.id },
      ],
      ["token.revoked", first.token.id, { name: "laptop", reason: "rotated" }],
      [
        "token.issued",
        third.token.id,
        { name: "laptop", slot: "primary", backup: second.token.id },
      ],
    ]);
  });

  test("EDG-13, EDG-14 deleting the backup leaves the primary", async () => {
    const world = createWorld({ repository: await open() });
    const [first, second] = [await world.issue({ kind: "direct" }), await rotate(world)];
    await world.tokens.revoke({ tokenId: first.token.id, actor: ADA });
    expect(await slotsOf(world)).toEqual({ primary: second.token.id });
    expect(await world.codeOf(second.secret)).toBe("ok");
  });

  test("a primary revoked leaves the backup, and the next is issued, not rotated", async () => {
    const world = createWorld({ repository: await open() });
    const [first, second] = [await world.issue({ kind: "direct" }), await rotate(world)];
    await world.tokens.revoke({ tokenId: second.token.id, actor: ADA });
    expect(await outcomeOf(world.tokens.rotate(DIRECT))).toBe("not_found");
    const third = await world.issue({ kind: "direct" });
    expect(await slotsOf(world)).toEqual({ primary: third.token.id, backup: first.token.id });
  });

  test("parallel rotations leave one primary and one backup, of which both work", async () => {
    const world = createWorld({ repository: jitteredRepository(await open()) });
    const first = await world.issue({ kind: "direct" });
    const rotated = await Promise.all(Array.from({ length: 10 }, () => rotate(world)));
    const all = [first, ...rotated];
    const codes = await Promise.all(all.map(({ secret }) => world.codeOf(secret)));
    expect(codes.filter((code) => code === "ok")).toHaveLength(2);
    const slots = await slotsOf(world);
    expect(Object.keys(slots).sort()).toEqual(["backup", "primary"]);
    expect(await world.trail("token.issued")).toHaveLength(11);
    expect(await world.trail("token.revoked")).toHaveLength(9);
  });
});

describe("IND-30 backupFor", () => {
  const worldOf = (kind: Partial<Parameters<typeof primaryBackup>[0]>) =>
    createWorld({
      kinds: {
        direct: primaryBackup({
          prefix: "acme_dir",
          confirmRotation: false,
          backupFor: { days: 14 },
          ...kind,
        }),
      },
    });
  const backupExpiry = async (world: World, id: string) =>
    (await world.tokens.get({ tokenId: id, actor: SYSTEM })).expiresAt?.toISOString();

  test("ends the backup so long after the rotation", async () => {
    const world = worldOf({});
    const first = await world.issue({ kind: "direct" });
    await rotate(world);
    expect(await backupExpiry(world, first.token.id)).toBe("2026-12-06T12:00:00.000Z");
    world.clock.set(Date.UTC(2026, 11, 6, 12) - 1);
    expect(await world.codeOf(first.secret)).toBe("ok");
    world.clock.pass({ seconds: 1 });
    expect(await world.codeOf(first.secret)).toBe("expired_token");
  });

  test("or at its own expiry, where that is earlier", async () => {
    const world = worldOf({ expiry: { type: "fixed", after: { days: 20 } } });
    const first = await world.issue({ kind: "direct" });
    world.clock.pass({ days: 10 });
    const second = await rotate(world);
    expect(await backupExpiry(world, first.token.id)).toBe("2026-12-12T12:00:00.000Z");
    expect(second.token.expiresAt?.toISOString()).toBe("2026-12-22T12:00:00.000Z");
  });

  test("also where its kind slides: use does not keep a backup", async () => {
    const world = worldOf({ expiry: { type: "sliding", unusedFor: { days: 30 } } });
    const first = await world.issue({ kind: "direct" });
    await rotate(world);
    world.clock.pass({ days: 10 });
    expect(await world.codeOf(first.secret)).toBe("ok");
    expect(await backupExpiry(world, first.token.id)).toBe("2026-12-06T12:00:00.000Z");
    world.clock.pass({ days: 4 });
    expect(await world.codeOf(first.secret)).toBe("expired_token");
  });

  test("an expired backup counts as absent: a rotation clears it, with the event of its expiry", async () => {
    const world = worldOf({});
    const first = await world.issue({ kind: "direct" });
    const second = await rotate(world);
    world.clock.pass({ days: 14 });
    const third = await rotate(world);
    expect(await slotsOf(world)).toEqual({ primary: third.token.id, backup: second.token.id });
    expect((await world.trail("token.expired")).map(({ tokenId }) => tokenId)).toEqual([
      first.token.id,
    ]);
    expect(await world.trail("token.revoked")).toEqual([]);
  });

  test("without it a backup whose kind slides slides on", async () => {
    const world = createWorld({
      kinds: {
        direct: primaryBackup({
          ...{ prefix: "acme_dir", confirmRotation: false },
          expiry: { type: "sliding", unusedFor: { days: 30 } },
        }),
      },
    });
    const first = await world.issue({ kind: "direct" });
    await rotate(world);
    world.clock.pass({ days: 10 });
    await world.verify(first.secret);
    expect(await backupExpiry(world, first.token.id)).toBe("2027-01-01T12:00:00.000Z");
  });
});

describe("what is refused", () => {
  test.each(["personal", "service", "application"])("a kind without a pair: %s", async (kind) => {
    const world = createWorld();
    await world.issue({ kind });
    const rotation = world.tokens.rotate({ owner: ADA, kind, actor: SYSTEM });
    expect(await outcomeOf(rotation)).toBe("replacement_not_allowed");
  });

  test("an owner without a primary", async () => {
    const { tokens } = createWorld();
    expect(await outcomeOf(tokens.rotate({ ...DIRECT, owner: BOB, actor: BOB }))).toBe("not_found");
  });

  test("an expired primary counts as absent", async () => {
    const expiry = { type: "fixed", after: { days: 1 } } as const;
    const direct = primaryBackup({ prefix: "acme_dir", confirmRotation: false, expiry });
    const world = createWorld({ kinds: { direct } });
    await world.issue({ kind: "direct" });
    world.clock.pass({ days: 1 });
    expect(await outcomeOf(world.tokens.rotate(DIRECT))).toBe("not_found");
  });

  test("an unknown kind or owner", async () => {
    const { tokens } = createWorld();
    expect(await outcomeOf(tokens.rotate({ ...DIRECT, kind: "nope" }))).toBe("invalid_input");
    expect(await outcomeOf(tokens.rotate({ ...DIRECT, owner: "nobody", actor: SYSTEM }))).toBe(
      "not_found",
    );
  });
});

describe("a rotation by another", () => {
  test("is recorded as the manager's doing", async () => {
    const world = createWorld();
    await world.issue({ kind: "direct" });
    const rotated = (await world.tokens.rotate({ ...DIRECT, actor: MANAGER })) as Exclude<
      Awaited<ReturnType<World["tokens"]["rotate"]>>,
      RotationPending
    >;
    expect(rotated.token.createdBy).toBe(MANAGER);
    expect((await world.trail()).at(-1)).toMatchObject({ actor: MANAGER, owner: ADA });
  });
});
