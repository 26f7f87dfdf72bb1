import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import {
  type IssueRequest,
  manySliding,
  memoryRepository,
  primaryBackup,
  SYSTEM,
  singleFixed,
} from "../../src/index.ts";
import { ACCOUNT, ADA, BOB, MANAGER } from "../support/directory.ts";
import { REPOSITORIES } from "../support/repositories.ts";
import { jitteredRepository, watchedRepository } from "../support/repository-proxies.ts";
import { createWorld, outcomeOf, type World } from "../support/world.ts";

/** The outcomes of parallel issues, counted. */
async function issueInParallel(world: World, count: number, request: Partial<IssueRequest>) {
  const nodes = [world.tokens, world.node(), world.node()];
  const outcomes = await Promise.all(
    Array.from({ length: count }, (_, index) =>
      outcomeOf(
        (nodes[index % 3] ?? world.tokens).issue({
          kind: "personal",
          owner: ADA,
          actor: ADA,
          name: `${index}`,
          ...request,
        }),
      ),
    ),
  );
  return Object.fromEntries(
    [...new Set(outcomes)].map((code) => [code, outcomes.filter((other) => other === code).length]),
  );
}

describe.each(REPOSITORIES)("what issue hands back, over $store", ({ open }) => {
  test("OKT-12, CORE-74 a working secret and its token", async () => {
    const world = createWorld({ repository: await open() });
    const { secret, token } = await world.tokens.issue({
      ...{ kind: "service", owner: ADA, actor: MANAGER, name: "  build server  " },
      ...{ network: { include: ["10.0.0.0/8"] }, budgets: { orders: 75 } },
    });
    const now = new Date(world.clock.now());
    expect(token).toEqual({
      ...{ id: expect.stringMatching(/^[0-9a-f-]{36}$/), kind: "service", owner: ADA },
      ...{ account: ACCOUNT, name: "build server", slot: null, access: null },
      ...{ hint: `acme_svc_…${secret.reveal().slice(-4)}`, network: { include: ["10.0.0.0/8"] } },
      ...{ budgets: { orders: 75 }, createdAt: now, createdBy: MANAGER, updatedAt: now },
      ...{ expiresAt: new Date("2026-12-22T12:00:00Z"), lastUsedAt: null },
    });
    expect(secret.reveal()).toMatch(/^acme_svc_[0-9A-Za-z]{38}$/);
    expect(await world.verify(secret, { address: "10.0.0.1" })).toMatchObject({ ok: true, token });
    expect(await world.tokens.get({ tokenId: token.id, actor: ADA })).toEqual({
      ...token,
      lastUsedAt: now,
    });
  });

  test("CRT-02 its event says who, for whom, what and when", async () => {
    const world = createWorld({ repository: await open() });
    const { token } = await world.tokens.issue({
      kind: "personal",
      owner: ADA,
      actor: MANAGER,
      name: "laptop",
    });
    expect(await world.trail()).toEqual([
      {
        ...{ id: expect.any(String), type: "token.issued", at: token.createdAt, account: ACCOUNT },
        ...{ owner: ADA, tokenId: token.id, kind: "personal", actor: MANAGER, outcome: "done" },
        data: { name: "laptop", slot: "primary" },
      },
    ]);
  });

  test("a token is frozen all through, also as it was read", async () => {
    const world = createWorld({ repository: await open() });
    const { secret, token } = await world.issue({
      ...{ kind: "application", access: { orders: ["GET"] }, budgets: { orders: 5 } },
      network: { include: ["10.0.0.1"] },
    });
    const verdict = await world.verify(secret, { address: "10.0.0.1" });
    const read = await world.tokens.get({ tokenId: token.id, actor: SYSTEM });
    for (const { access, network, budgets, ...rest } of [
      token,
      read,
      ...(verdict.ok ? [verdict.token] : []),
    ]) {
      expect(rest.id).toBe(token.id);
      for (const part of [access, access?.orders, network, network?.include, budgets])
        expect(part).toSatisfy(Object.isFrozen);
    }
    expect(verdict).toMatchObject({ ok: true });
  });
});

test("what the caller changes afterwards changes no token", async () => {
  const world = createWorld();
  const request = { network: { include: ["10.0.0.1"] }, budgets: { orders: 10 } };
  const { token } = await world.issue(request);
  request.network.include[0] = "10.0.0.2";
  request.budgets.orders = 50;
  expect(await world.tokens.get({ tokenId: token.id, actor: SYSTEM })).toMatchObject({
    network: { include: ["10.0.0.1"] },
    budgets: { orders: 10 },
  });
});

test("CORE-55 a network rule is kept in canonical form, each entry once", async () => {
  const { token } = await createWorld().issue({
    network: { include: ["::ffff:10.0.0.0/104", "10.0.0.0/8", "2001:DB8::0/32"], exclude: [] },
  });
  expect(token.network).toEqual({ include: ["10.0.0.0/8", "2001:db8::/32"] });
});

test("CORE-04, OWN-07 a Secret shows its hint everywhere but in reveal", async () => {
  const { secret, token } = await createWorld().issue();
  const shown = [
    `${secret}`,
    String(secret),
    JSON.stringify({ secret }),
    inspect(secret),
    inspect({ secret }),
    `${[secret]}`,
  ];
  for (const text of shown) {
    expect(text).toContain(token.hint);
    expect(text).not.toContain(secret.reveal().slice(-10));
  }
});

describe.each(REPOSITORIES)(
  "T-11, CORE-30, ASVS 2.3.4 fifty parallel issues, over $store",
  ({ open }) => {
    const worldOf = async (): Promise<World> => {
      const repository = jitteredRepository(await open());
      const kinds = {
        personal: singleFixed({ prefix: "acme_pat" }),
        direct: primaryBackup({ prefix: "acme_dir", confirmRotation: false }),
        numbered: manySliding({ prefix: "acme_num", maxPerOwner: 7 }),
        service: manySliding({ prefix: "acme_svc" }),
      };
      return createWorld({ repository, kinds });
    };

    test.each(["personal", "direct"])("one of %s, and forty-nine slot_taken", async (kind) => {
      const world = await worldOf();
      expect(await issueInParallel(world, 50, { kind })).toEqual({ ok: 1, slot_taken: 49 });
      expect(await world.trail()).toHaveLength(1);
      const { tokens } = await world.tokens.list({ owner: ADA, actor: SYSTEM });
      expect(tokens).toMatchObject([{ slot: "primary" }]);
    });

    test("CORE-33, IND-31 as many of a numbered kind as allowed, and limit_reached for the others", async () => {
      const world = await worldOf();
      expect(await issueInParallel(world, 50, { kind: "numbered" })).toEqual({
        ok: 7,
        limit_reached: 43,
      });
      const { tokens } = await world.tokens.list({ owner: ADA, actor: SYSTEM });
      expect(tokens.map(({ slot }) => slot).sort()).toEqual(["1", "2", "3", "4", "5", "6", "7"]);
    });

    test("all of a kind without a limit", async () => {
      const world = await worldOf();
      expect(await issueInParallel(world, 50, { kind: "service" })).toEqual({ ok: 50 });
    });

    test("OWN-06, CORE-26 over an expired token: one, and one event of the expired", async () => {
      const world = await worldOf();
      const { token } = await world.issue({ kind: "personal" });
      world.clock.pass({ days: 180 });
      expect(await issueInParallel(world, 50, { kind: "personal" })).toEqual({
        ok: 1,
        slot_taken: 49,
      });
      const expired = await world.trail("token.expired");
      expect(expired.map(({ tokenId }) => tokenId)).toEqual([token.id]);
      expect(await world.repository.findById(token.id)).toBeUndefined();
    });
  },
);

describe("OWN-04, DEC-05 the allowance", () => {
  test("a second single token is slot_taken, with no side effect, until the first is revoked", async () => {
    const world = createWorld();
    const { secret, token } = await world.issue({ kind: "personal" });
    expect(await outcomeOf(world.issue({ kind: "personal" }))).toBe("slot_taken");
    expect(await world.trail()).toHaveLength(1);
    expect(await world.codeOf(secret)).toBe("ok");
    await world.tokens.revoke({ tokenId: token.id, actor: ADA });
    expect(await outcomeOf(world.issue({ kind: "personal" }))).toBe("ok");
  });

  test("is per owner and kind", async () => {
    const world = createWorld();
    for (const owner of [ADA, BOB])
      for (const kind of ["personal", "web", "direct"])
        expect(await outcomeOf(world.issue({ owner, kind }))).toBe("ok");
  });

  test("a numbered slot that is free again is used again", async () => {
    const world = createWorld({
      kinds: { service: manySliding({ prefix: "acme_svc", maxPerOwner: 2 }) },
    });
    const [one] = [await world.issue(), await world.issue()];
    expect(await outcomeOf(world.issue())).toBe("limit_reached");
    await world.tokens.revoke({ tokenId: one.token.id, actor: ADA });
    expect((await world.issue()).token.slot).toBe(one.token.slot);
    expect(await outcomeOf(world.issue())).toBe("limit_reached");
    world.clock.pass({ days: 30 });
    for (const outcome of ["ok", "ok", "limit_reached"])
      expect(await outcomeOf(world.issue())).toBe(outcome);
  });

  test("a token that a waiting use keeps alive still holds its slot", async () => {
    const watched = watchedRepository(memoryRepository());
    const kinds = { service: manySliding({ prefix: "acme_svc", maxPerOwner: 1 }) };
    const world = createWorld({ repository: watched.repository, kinds });
    const { secret } = await world.issue();
    world.clock.pass({ days: 29 });
    await world.verify(secret);
    world.clock.pass({ days: 1 });
    expect(await outcomeOf(world.issue())).toBe("limit_reached");
    expect(await world.codeOf(secret)).toBe("ok");
  });
});

describe("CRT-03 expiresIn", () => {
  test.each([
    [undefined, "2025-02-28T12:00:00.000Z"],
    [{ months: 3 }, "2024-11-30T12:00:00.000Z"],
    [{ months: 6 }, "2025-02-28T12:00:00.000Z"],
    [{ months: 12 }, "2025-08-31T12:00:00.000Z"],
    [{ years: 1 }, "2025-08-31T12:00:00.000Z"],
  ])("TV-04 %o after 31 August ends at %s", async (expiresIn, expiry) => {
    const world = createWorld();
    world.clock.set(Date.UTC(2024, 7, 31, 12));
    const { token } = await world.issue({ kind: "application", expiresIn });
    expect(token.expiresAt?.toISOString()).toBe(expiry);
  });

  test.each([
    { months: 4 },
    { days: 180 },
    { months: 6, days: 1 },
    { months: 0 },
    { months: -3 },
    { months: 1.5 },
  ])("%o is none of the choices", async (expiresIn) => {
    expect(await outcomeOf(createWorld().issue({ kind: "application", expiresIn }))).toBe(
      "invalid_input",
    );
  });

  test.each(["personal", "service", "web"])("%s has no choice", async (kind) => {
    expect(await outcomeOf(createWorld().issue({ kind, expiresIn: { months: 6 } }))).toBe(
      "invalid_input",
    );
  });
});

describe("what is refused", () => {
  test.each<[string, Partial<IssueRequest>, string]>([
    ["an unknown kind", { kind: "__proto__" }, "invalid_input"],
    ["an empty name", { name: "  " }, "invalid_input"],
    ["CORE-08 a control character", { name: "a\u0000b" }, "invalid_input"],
    ["CORE-08 a name that is too long", { name: "a".repeat(129) }, "invalid_input"],
    ["access where it follows the owner", { access: "read" }, "invalid_input"],
    ["an unknown level", { kind: "application", access: "admin" as "full" }, "invalid_input"],
    [
      "an unknown API in access",
      { kind: "application", access: { refunds: "read" } },
      "invalid_input",
    ],
    [
      "a method that the API has not",
      { kind: "application", access: { invoices: ["DELETE"] } },
      "invalid_input",
    ],
    ["OKT-14 an empty network rule", { network: {} }, "invalid_input"],
    ["IP-04 an octal address", { network: { include: ["010.0.0.1"] } }, "invalid_input"],
    ["a zone that there is not", { network: { include: ["zone:nowhere"] } }, "invalid_input"],
    ["an unknown API in budgets", { budgets: { refunds: 10 } }, "invalid_input"],
    ["OKT-66 a percentage of 0", { budgets: { orders: 0 } }, "invalid_input"],
    ["a percentage of 101", { budgets: { orders: 101 } }, "invalid_input"],
    ["an unknown owner", { owner: "nobody" }, "not_found"],
  ])("%s", async (_name, request, code) => {
    const world = createWorld();
    expect(await outcomeOf(world.issue(request))).toBe(code);
    expect(await world.trail()).toEqual([]);
  });

  test.each(["id", "account", "expiresAt", "createdBy", "hash", "slot", "lastUsedAt", "version"])(
    "AP-3 a field that is not the caller's to set: %s",
    async (field) => {
      const world = createWorld();
      await expect(world.issue({ [field]: "x" })).rejects.toThrow(TypeError);
      expect(await world.trail()).toEqual([]);
    },
  );

  test("OKT-68 a budget over the kind's default needs an actor who manages tokens", async () => {
    const world = createWorld();
    const over = { budgets: { orders: 51 } };
    expect(await outcomeOf(world.issue({ ...over, actor: ADA }))).toBe("forbidden");
    expect(await outcomeOf(world.issue({ budgets: { orders: 50 }, actor: ADA }))).toBe("ok");
    expect(await outcomeOf(world.issue({ ...over, actor: MANAGER }))).toBe("ok");
    expect(await outcomeOf(world.issue({ ...over, owner: MANAGER, actor: MANAGER }))).toBe("ok");
  });

  test("CORE-71 a repository that fails is unavailable with its cause", async () => {
    const watched = watchedRepository(memoryRepository());
    const world = createWorld({ repository: watched.repository });
    watched.failing.add("commit");
    await expect(world.issue()).rejects.toMatchObject({
      ...{ code: "unavailable", status: 503, cause: new Error("commit is out of reach") },
      message: "The operation could not be done now. Try again later.",
    });
  });

  test("a slot that is lost in every race ends as a conflict", async () => {
    const repository = memoryRepository();
    const world = createWorld({
      repository: { ...repository, commit: async () => ({ ok: false, conflict: "slot", id: "x" }) },
    });
    expect(await outcomeOf(world.issue({ kind: "personal" }))).toBe("conflict");
  });
});
