import { describe, expect, test } from "vitest";
import { memoryRepository, type Pepper, primaryBackup, SYSTEM } from "../../src/index.ts";
import { ADA, BOB, FOREIGN_MANAGER, MANAGER } from "../support/directory.ts";
import { REPOSITORIES } from "../support/repositories.ts";
import { jitteredRepository, watchedRepository } from "../support/repository-proxies.ts";
import { createWorld, outcomeOf, PEPPERS, type World } from "../support/world.ts";

const WEB = { owner: ADA, kind: "web", actor: ADA };

/** Asks for a rotation and reads the code in its notice. */
async function requestCode(world: World, { tokens } = world): Promise<string> {
  await tokens.rotate(WEB);
  await tokens.jobs.deliver();
  const notice = world.notifier.notices.findLast(({ type }) => type === "rotation.requested");
  if (notice?.code === undefined) throw new Error("the notice of a rotation has a code");
  return notice.code;
}

async function slotsOf(world: World): Promise<Record<string, string>> {
  const { tokens } = await world.tokens.list({ owner: ADA, actor: SYSTEM });
  return Object.fromEntries(tokens.map(({ slot, id }) => [slot, id]));
}

/** A pair: a primary and a backup, both with their secrets. */
async function pairOf(world: World) {
  const backup = await world.issue({ kind: "web" });
  const primary = await world.tokens.confirmRotation({ code: await requestCode(world) });
  return { primary, backup };
}

describe.each(REPOSITORIES)(
  "CORE-31 the transitions of primary, backup and pending, over $store",
  ({ open }) => {
    test("generate primary: nothing changes until the link is followed", async () => {
      const world = createWorld({ repository: await open() });
      const { primary, backup } = await pairOf(world);
      const rotated = await world.tokens.rotate(WEB);
      expect(rotated).toEqual({
        pending: true,
        expiresAt: new Date(world.clock.now() + 3_600_000),
      });
      expect(await slotsOf(world)).toEqual({ primary: primary.token.id, backup: backup.token.id });
      for (const { secret } of [primary, backup]) expect(await world.codeOf(secret)).toBe("ok");
    });

    test("generate primary again: the newer request takes the place of the older", async () => {
      const world = createWorld({ repository: await open() });
      await world.issue({ kind: "web" });
      const [older, newer] = [await requestCode(world), await requestCode(world)];
      expect(await outcomeOf(world.tokens.confirmRotation({ code: older }))).toBe(
        "rotation_code_invalid",
      );
      expect(await outcomeOf(world.tokens.confirmRotation({ code: newer }))).toBe("ok");
    });

    test("EDG-09 confirm: the new is primary, the primary backup, and the backup ends", async () => {
      const world = createWorld({ repository: await open() });
      const { primary, backup } = await pairOf(world);
      const confirmed = await world.tokens.confirmRotation({ code: await requestCode(world) });
      expect(await slotsOf(world)).toEqual({
        primary: confirmed.token.id,
        backup: primary.token.id,
      });
      expect(await world.codeOf(confirmed.secret)).toBe("ok");
      expect(await world.codeOf(primary.secret)).toBe("ok");
      expect(await world.codeOf(backup.secret)).toBe("unknown_token");
      const last = (await world.trail()).slice(-2);
      expect(last.map(({ type, tokenId, data }) => [type, tokenId, data])).toEqual([
        ["token.revoked", backup.token.id, { name: "laptop", reason: "rotated" }],
        ["rotation.confirmed", confirmed.token.id, { name: "laptop", backup: primary.token.id }],
      ]);
    });

    test("link expired: primary and backup as before, and the request is swept without a notice", async () => {
      const world = createWorld({ repository: await open() });
      const { primary, backup } = await pairOf(world);
      const code = await requestCode(world);
      world.clock.pass({ hours: 1 });
      expect(await outcomeOf(world.tokens.confirmRotation({ code }))).toBe("rotation_code_invalid");
      expect(await world.tokens.jobs.sweep()).toEqual({ removed: 1 });
      expect(await slotsOf(world)).toEqual({ primary: primary.token.id, backup: backup.token.id });
      expect(await world.trail("token.expired")).toHaveLength(1);
      await world.tokens.jobs.deliver();
      expect(world.notifier.notices.map(({ type }) => type)).not.toContain("token.expired");
    });

    test("ASVS 6.5.6 link cancelled: a request that was taken back cannot be confirmed", async () => {
      const world = createWorld({ repository: await open() });
      const { primary, backup } = await pairOf(world);
      const code = await requestCode(world);
      expect(await world.tokens.cancelRotation(WEB)).toEqual({ cancelled: true });
      expect(await outcomeOf(world.tokens.confirmRotation({ code }))).toBe("rotation_code_invalid");
      expect(await slotsOf(world)).toEqual({ primary: primary.token.id, backup: backup.token.id });
    });

    test("delete backup: the request stays, and confirmed it makes the primary the backup", async () => {
      const world = createWorld({ repository: await open() });
      const { primary, backup } = await pairOf(world);
      const code = await requestCode(world);
      await world.tokens.revoke({ tokenId: backup.token.id, actor: ADA });
      expect(await slotsOf(world)).toEqual({ primary: primary.token.id });
      const confirmed = await world.tokens.confirmRotation({ code });
      expect(await slotsOf(world)).toEqual({
        primary: confirmed.token.id,
        backup: primary.token.id,
      });
    });

    test("a primary revoked meanwhile: the new one is primary, and the backup ends all the same", async () => {
      const world = createWorld({ repository: await open() });
      const { primary, backup } = await pairOf(world);
      const code = await requestCode(world);
      await world.tokens.revoke({ tokenId: primary.token.id, actor: ADA });
      const confirmed = await world.tokens.confirmRotation({ code });
      expect(await slotsOf(world)).toEqual({ primary: confirmed.token.id });
      expect(confirmed.token.name).toBe(primary.token.name);
      expect(await world.codeOf(backup.secret)).toBe("unknown_token");
      const [event] = (await world.trail("rotation.confirmed")).slice(-1);
      expect(event?.data).toEqual({ name: "laptop", backup: null });
    });

    test.each(["revokeAll", "deprovision"] as const)(
      "user off, %s: all three end",
      async (operation) => {
        const world = createWorld({ repository: await open() });
        const { primary, backup } = await pairOf(world);
        const code = await requestCode(world);
        expect(await world.tokens[operation]({ owner: ADA, actor: SYSTEM })).toEqual({
          revoked: 2,
        });
        expect(await outcomeOf(world.tokens.confirmRotation({ code }))).toBe(
          "rotation_code_invalid",
        );
        for (const { secret } of [primary, backup])
          expect(await world.codeOf(secret)).toBe("unknown_token");
        expect(await world.repository.listByOwner({ owner: ADA, limit: 10 })).toEqual([]);
      },
    );

    test("CORE-32, ASVS 6.5.1 a second click changes nothing, and of many at once one succeeds", async () => {
      const world = createWorld({ repository: jitteredRepository(await open()) });
      await world.issue({ kind: "web" });
      const code = await requestCode(world);
      const clicks = Array.from({ length: 10 }, () =>
        outcomeOf(world.tokens.confirmRotation({ code })),
      );
      const outcomes = await Promise.all(clicks);
      expect(outcomes.filter((outcome) => outcome === "ok")).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome === "rotation_code_invalid")).toHaveLength(9);
      const slots = await slotsOf(world);
      expect(await outcomeOf(world.tokens.confirmRotation({ code }))).toBe("rotation_code_invalid");
      expect(await slotsOf(world)).toEqual(slots);
    });
  },
);

describe("the request", () => {
  test("CORE-32, EDG-10 opens nothing, and no one sees it among the tokens", async () => {
    const world = createWorld();
    await world.issue({ kind: "web" });
    const code = await requestCode(world);
    const [requested] = await world.trail("rotation.requested");
    const target = { tokenId: requested?.tokenId ?? "", actor: SYSTEM } as const;
    expect(requested).toMatchObject({ owner: ADA, actor: ADA, data: { name: "laptop" } });
    expect(await world.repository.findById(target.tokenId)).toMatchObject({
      hash: null,
      slot: "pending",
      hint: "",
    });
    expect(await world.codeOf(code)).toBe("malformed_token");
    expect(await outcomeOf(world.tokens.get(target))).toBe("not_found");
    expect(await outcomeOf(world.tokens.update({ ...target, name: "x" }))).toBe("not_found");
    expect((await world.tokens.list({ owner: ADA, actor: SYSTEM })).tokens).toHaveLength(1);
  });

  test("confirmed it takes over name and restrictions as the primary has them then", async () => {
    const world = createWorld();
    const { token } = await world.issue({ kind: "web" });
    const code = await requestCode(world);
    const changes = { name: "renamed", network: { include: ["10.0.0.1"] }, budgets: { orders: 9 } };
    await world.tokens.update({ tokenId: token.id, actor: MANAGER, ...changes });
    expect((await world.tokens.confirmRotation({ code })).token).toMatchObject({
      ...changes,
      createdBy: ADA,
    });
  });

  test.each([
    [{ minutes: 10 }, 600_000],
    [{ hours: 24 }, 86_400_000],
  ])("ASVS 6.5.5 confirmWithin %o holds to the millisecond", async (confirmWithin, lifeMs) => {
    const web = primaryBackup({ prefix: "acme_web", confirmWithin });
    const world = createWorld({ kinds: { web } });
    await world.issue({ kind: "web" });
    const code = await requestCode(world);
    const start = world.clock.now();
    world.clock.set(start + lifeMs);
    expect(await outcomeOf(world.tokens.confirmRotation({ code }))).toBe("rotation_code_invalid");
    world.clock.set(start + lifeMs - 1);
    expect(await outcomeOf(world.tokens.confirmRotation({ code }))).toBe("ok");
  });

  test("an expired request, not yet swept, is no obstacle to a new one", async () => {
    const world = createWorld();
    await world.issue({ kind: "web" });
    await requestCode(world);
    world.clock.pass({ hours: 2 });
    expect(await outcomeOf(world.tokens.confirmRotation({ code: await requestCode(world) }))).toBe(
      "ok",
    );
  });
});

describe("the code", () => {
  test("is its own authority, but not for an owner who could not use the secret", async () => {
    const world = createWorld();
    await world.issue({ kind: "web" });
    const code = await requestCode(world);
    const confirm = () => outcomeOf(world.tokens.confirmRotation({ code }));
    world.directory.change(ADA, { apiAccess: false });
    expect(await confirm()).toBe("api_access_disabled");
    world.directory.change(ADA, { active: false, apiAccess: true });
    expect(await confirm()).toBe("owner_inactive");
    world.directory.remove(ADA);
    expect(await confirm()).toBe("owner_inactive");
    world.directory.change(ADA, { account: "globex" });
    expect(await confirm()).toBe("owner_inactive");
    world.directory.change(ADA, { account: "acme" });
    expect(await confirm()).toBe("ok");
  });

  test.each([
    [ADA, "ok"],
    [MANAGER, "ok"],
    [SYSTEM, "ok"],
    [BOB, "forbidden"],
    [FOREIGN_MANAGER, "forbidden"],
    ["nobody", "forbidden"],
  ] as const)("followed by %s, where that is known: %s", async (actor, outcome) => {
    const world = createWorld();
    await world.issue({ kind: "web" });
    const first = await requestCode(world);
    expect(await outcomeOf(world.tokens.confirmRotation({ code: first, actor }))).toBe(outcome);
    expect(await world.trail("rotation.confirmed")).toMatchObject(
      outcome === "ok" ? [{ actor: actor === SYSTEM ? "SYSTEM" : actor, owner: ADA }] : [],
    );
    const code = await requestCode(world);
    expect(await outcomeOf(world.tokens.cancelRotation({ code, actor }))).toBe(outcome);
    expect(await world.trail("rotation.cancelled")).toHaveLength(outcome === "ok" ? 1 : 0);
  });

  test("followed by its owner opens nothing once that one may do nothing", async () => {
    const world = createWorld();
    await world.issue({ kind: "web" });
    const code = await requestCode(world);
    world.directory.change(ADA, { active: false });
    const confirm = world.tokens.confirmRotation({ code, actor: ADA });
    expect(await outcomeOf(confirm)).toBe("owner_inactive");
  });

  test("is refused alike when wrong in any way", async () => {
    const world = createWorld();
    const { token } = await world.issue({ kind: "web" });
    const code = await requestCode(world);
    const other = code.replace(/.$/, (last) => (last === "0" ? "1" : "0"));
    const proof = code.slice(code.indexOf("_"));
    const wrong = [
      "",
      "x",
      other,
      `${code}0`,
      code.toUpperCase(),
      `${token.id}${proof}`,
      "x".repeat(9999),
    ];
    for (const text of wrong)
      expect(await outcomeOf(world.tokens.confirmRotation({ code: text }))).toBe(
        "rotation_code_invalid",
      );
    await expect(world.tokens.confirmRotation({ code: 1 as unknown as string })).rejects.toThrow(
      TypeError,
    );
  });

  test("is in no store and no event, and the same at every delivery", async () => {
    const watched = watchedRepository(memoryRepository());
    const world = createWorld({ repository: watched.repository });
    await world.issue({ kind: "web" });
    const code = await requestCode(world);
    const proof = code.slice(code.indexOf("_") + 1);
    const stored = [
      await world.repository.listByOwner({ owner: ADA, limit: 10 }),
      await world.repository.events({ account: "acme", limit: 200 }),
    ];
    expect(JSON.stringify(stored)).not.toContain(proof);
  });

  test("works while its pepper is configured, and not after", async () => {
    const [old] = PEPPERS as readonly [Pepper];
    const next: Pepper = { id: "2027", key: "another pepper of some length" };
    const world = createWorld();
    await world.issue({ kind: "web" });
    const code = await requestCode(world);
    const without = world.node({ peppers: [next] });
    expect(await outcomeOf(without.confirmRotation({ code }))).toBe("rotation_code_invalid");
    const withBoth = world.node({ peppers: [next, old] });
    const { secret } = await withBoth.confirmRotation({ code });
    expect(await without.verify(secret, { api: "orders", method: "GET" })).toMatchObject({
      ok: true,
    });
  });

  test("is left out of a notice that is delivered after its pepper or its request has gone", async () => {
    const world = createWorld();
    await world.issue({ kind: "web" });
    await world.tokens.rotate(WEB);
    await world
      .node({ peppers: [{ id: "2027", key: "another pepper of some length" }] })
      .jobs.deliver();
    await world.tokens.rotate(WEB);
    await world.tokens.revokeAll({ owner: ADA, actor: SYSTEM });
    await world.tokens.jobs.deliver();
    const requests = world.notifier.notices.filter(({ type }) => type === "rotation.requested");
    expect(requests.map((notice) => "code" in notice)).toEqual([false, false]);
  });

  test("of a kind that is no longer configured is refused", async () => {
    const world = createWorld();
    await world.issue({ kind: "web" });
    const code = await requestCode(world);
    const later = world.node({ kinds: { other: primaryBackup({ prefix: "acme_web" }) } });
    expect(await outcomeOf(later.confirmRotation({ code }))).toBe("rotation_code_invalid");
  });
});
