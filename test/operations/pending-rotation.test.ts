import { describe, expect, test } from "vitest";
import { type Secret, SYSTEM } from "../../src/index.ts";
import { ADA, BOB, FOREIGN_MANAGER, MANAGER } from "../support/directory.ts";
import { REPOSITORIES } from "../support/repositories.ts";
import { createWorld, outcomeOf, type World } from "../support/world.ts";

const WEB = { owner: ADA, kind: "web", actor: ADA } as const;

/** A world in which Ada has a primary and has asked for a new one. */
async function pendingWorld(
  open: () => Promise<World["repository"]>,
): Promise<World & { readonly secret: Secret; readonly code: string }> {
  const world = createWorld({ repository: await open() });
  const { secret } = await world.issue({ kind: "web" });
  await world.tokens.rotate(WEB);
  await world.tokens.jobs.deliver();
  return { ...world, secret, code: world.notifier.notices.at(-1)?.code ?? "" };
}

describe.each(REPOSITORIES)("CORE-31 a rotation that waits, over $store", ({ open }) => {
  test("EDG-10 cancelled by its owner: nothing else changes, and the link opens nothing", async () => {
    const world = await pendingWorld(open);
    expect(await world.tokens.cancelRotation(WEB)).toEqual({ cancelled: true });
    expect(await outcomeOf(world.tokens.confirmRotation({ code: world.code }))).toBe(
      "rotation_code_invalid",
    );
    expect(await world.codeOf(world.secret)).toBe("ok");
    const { tokens } = await world.tokens.list({ owner: ADA, actor: ADA });
    expect(tokens.map(({ slot }) => slot)).toEqual(["primary"]);
    expect(await world.trail("rotation.cancelled")).toMatchObject([
      { owner: ADA, actor: ADA, kind: "web", data: { name: "laptop" } },
    ]);
    expect(await world.tokens.cancelRotation(WEB)).toEqual({ cancelled: false });
    await world.tokens.jobs.deliver();
    expect(world.notifier.notices.at(-1)?.type).toBe("rotation.cancelled");
  });

  test("is told to its owner and to managers until it is over", async () => {
    const world = await pendingWorld(open);
    const expiresAt = new Date(world.clock.now() + 3_600_000);
    expect(await world.tokens.pendingRotation(WEB)).toEqual({ pending: true, expiresAt });
    expect(await world.tokens.pendingRotation({ ...WEB, actor: MANAGER })).toEqual({
      pending: true,
      expiresAt,
    });
    expect(await outcomeOf(world.tokens.pendingRotation({ ...WEB, actor: BOB }))).toBe("forbidden");
    expect(await outcomeOf(world.tokens.pendingRotation({ ...WEB, actor: FOREIGN_MANAGER }))).toBe(
      "not_found",
    );
    expect(await world.tokens.pendingRotation({ ...WEB, kind: "direct" })).toBeUndefined();
    world.clock.set(expiresAt.getTime());
    expect(await world.tokens.pendingRotation(WEB)).toBeUndefined();
  });

  test("cancelled by its link, which works once", async () => {
    const world = await pendingWorld(open);
    const { code } = world;
    expect(await world.tokens.cancelRotation({ code })).toEqual({ cancelled: true });
    expect(await outcomeOf(world.tokens.cancelRotation({ code }))).toBe("rotation_code_invalid");
    expect(await world.trail("rotation.cancelled")).toMatchObject([{ actor: ADA }]);
  });

  test("confirmed, it cannot be cancelled any more: the new primary stays", async () => {
    const world = await pendingWorld(open);
    const { secret } = await world.tokens.confirmRotation({ code: world.code });
    expect(await world.tokens.cancelRotation(WEB)).toEqual({ cancelled: false });
    expect(await outcomeOf(world.tokens.cancelRotation({ code: world.code }))).toBe(
      "rotation_code_invalid",
    );
    expect(await world.codeOf(secret)).toBe("ok");
  });

  test("of a confirmation and a cancellation at once, exactly one happens", async () => {
    for (let round = 0; round < 10; round++) {
      const world = await pendingWorld(open);
      const { code } = world;
      const outcomes = await Promise.all([
        outcomeOf(world.tokens.confirmRotation({ code })),
        world.tokens.cancelRotation(WEB),
      ]);
      const isConfirmed = outcomes[0] === "ok";
      expect(outcomes[1]).toEqual({ cancelled: !isConfirmed });
      const { tokens } = await world.tokens.list({ owner: ADA, actor: ADA });
      expect(tokens).toHaveLength(isConfirmed ? 2 : 1);
    }
  });

  test("CORE-71 sent again: the same link, with the same end, as a notice of its own", async () => {
    const world = await pendingWorld(open);
    world.clock.pass({ minutes: 10 });
    const { expiresAt } = await world.tokens.resendRotation(WEB);
    await world.tokens.jobs.deliver();
    const [first, second] = world.notifier.notices.slice(-2);
    expect(second).toMatchObject({ type: "rotation.requested", code: world.code });
    expect(second?.id).not.toBe(first?.id);
    expect(second?.data).toEqual({ ...first?.data, resent: true });
    expect(expiresAt.getTime()).toBe(first?.data.expiresAt);
    await world.tokens.confirmRotation({ code: world.code });
  });

  test("sent again twice within a minute is one mail more", async () => {
    const world = await pendingWorld(open);
    await world.tokens.resendRotation(WEB);
    await world.tokens.resendRotation(WEB);
    expect(await world.trail("rotation.requested")).toHaveLength(2);
    world.clock.pass({ minutes: 1 });
    await world.tokens.resendRotation(WEB);
    expect(await world.trail("rotation.requested")).toHaveLength(3);
  });

  test("sent again twice within a minute on two nodes is one mail more", async () => {
    const world = await pendingWorld(open);
    const nodes = [world.tokens, world.node(), world.node()];
    await Promise.all(nodes.map((node) => node.resendRotation(WEB)));
    expect(await world.trail("rotation.requested")).toHaveLength(2);
  });

  test("CORE-71 a notice that goes out when its request is over has no code", async () => {
    const world = createWorld({ repository: await open() });
    await world.issue({ kind: "web" });
    await world.tokens.rotate(WEB);
    world.clock.pass({ hours: 1 });
    await world.tokens.jobs.deliver();
    expect(world.notifier.notices.at(-1)).toMatchObject({ type: "rotation.requested" });
    expect(world.notifier.notices.at(-1)).not.toHaveProperty("code");
  });

  test("over, confirmed or never asked for, there is nothing to send again", async () => {
    const world = await pendingWorld(open);
    world.clock.pass({ hours: 1 });
    expect(await outcomeOf(world.tokens.resendRotation(WEB))).toBe("not_found");
    expect(await world.tokens.cancelRotation(WEB)).toEqual({ cancelled: false });
    await world.tokens.rotate(WEB);
    await world.tokens.jobs.deliver();
    await world.tokens.confirmRotation({ code: world.notifier.notices.at(-1)?.code ?? "" });
    expect(await outcomeOf(world.tokens.resendRotation(WEB))).toBe("not_found");
  });

  test("a notice whose request was cancelled, confirmed or replaced before it went out has no code", async () => {
    const world = createWorld({ repository: await open() });
    await world.issue({ kind: "web" });
    await world.tokens.rotate(WEB);
    await world.tokens.rotate(WEB);
    await world.tokens.cancelRotation(WEB);
    await world.tokens.jobs.deliver();
    const requested = world.notifier.notices.filter(({ type }) => type === "rotation.requested");
    expect(requested).toHaveLength(2);
    for (const notice of requested) expect(notice).not.toHaveProperty("code");
  });
});

describe("who may", () => {
  test("CORE-75, AP-1 the owner and who manages tokens in its account; another account's is not found", async () => {
    for (const actor of [ADA, MANAGER, SYSTEM] as const) {
      const world = await pendingWorld(async () => createWorld().repository);
      await world.tokens.resendRotation({ ...WEB, actor });
      expect(await world.tokens.cancelRotation({ ...WEB, actor })).toEqual({ cancelled: true });
    }
    const { tokens } = await pendingWorld(async () => createWorld().repository);
    for (const operation of [tokens.cancelRotation, tokens.resendRotation]) {
      expect(await outcomeOf(operation({ ...WEB, actor: BOB }))).toBe("forbidden");
      expect(await outcomeOf(operation({ ...WEB, actor: FOREIGN_MANAGER }))).toBe("not_found");
      expect(await outcomeOf(operation({ ...WEB, kind: "nope" }))).toBe("invalid_input");
    }
  });

  test("without API access an owner may cancel, and not have the link sent", async () => {
    const world = await pendingWorld(async () => createWorld().repository);
    world.directory.change(ADA, { apiAccess: false });
    expect(await outcomeOf(world.tokens.resendRotation(WEB))).toBe("api_access_disabled");
    expect(await world.tokens.cancelRotation(WEB)).toEqual({ cancelled: true });
  });
});

test.each([undefined, null, 5, {}, { code: 5 }, { code: "x", actor: 7 }])(
  "%o is no request to cancel",
  async (request) => {
    const { tokens } = createWorld();
    await expect(tokens.cancelRotation(request as { code: string })).rejects.toThrow(TypeError);
  },
);
