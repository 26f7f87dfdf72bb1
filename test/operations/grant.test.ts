import { describe, expect, test } from "vitest";
import type { BudgetStore, Grant, Owner, Tokenry } from "../../src/index.ts";
import { memoryBudgets, memoryRepository, SYSTEM } from "../../src/index.ts";
import { ADA, BOB } from "../support/directory.ts";
import { createWorld, type World } from "../support/world.ts";

function codeOf(grant: Grant): string {
  return grant.ok ? "ok" : grant.code;
}

async function worldWithToken(options: Parameters<typeof createWorld>[0] = {}) {
  const world = createWorld(options);
  const issued = await world.issue();
  return { ...world, ...issued };
}

describe("OWN-14 what may be derived from a token", () => {
  test("CORE-41 without a request, all that the token and its owner may do now, with its budgets", async () => {
    const { tokens, secret, token } = await worldWithToken();
    const grant = await tokens.grant(secret);
    expect(grant).toMatchObject({
      ok: true,
      token: { id: token.id },
      owner: { id: ADA, profile: { role: "admin" } },
      secretCreatedAt: token.createdAt.getTime(),
      access: { orders: "full", invoices: "full" },
      budgets: {
        orders: { limit: 300, accountLimit: 600, windowMs: 60_000 },
        invoices: { limit: 500, accountLimit: 1000, windowMs: 60_000 },
      },
    });
  });

  test("what was asked for, and no more", async () => {
    const { tokens, secret } = await worldWithToken();
    const grant = await tokens.grant(secret.reveal(), { access: { orders: "read" } });
    expect(grant).toMatchObject({ ok: true, access: { orders: "read" } });
    expect(Object.keys(grant.ok ? grant.budgets : {})).toEqual(["orders"]);
  });

  test("at some APIs alone, all of it there; no budget of another is spent", async () => {
    const apis = {
      orders: { limit: 2, window: { minutes: 1 } },
      invoices: { limit: 600, window: { minutes: 1 } },
    };
    const { tokens, secret, verify } = await worldWithToken({ apis });
    const grant = await tokens.grant(secret, { apis: ["invoices", "nothing"] });
    expect(grant).toMatchObject({ ok: true, access: { invoices: "full" } });
    expect(Object.keys(grant.ok ? grant.access : {})).toEqual(["invoices"]);
    expect((await verify(secret)).ok).toBe(true);
    const beyond = { apis: ["invoices"], access: { orders: "read" } } as const;
    expect(codeOf(await tokens.grant(secret, beyond))).toBe("access_denied");
    expect(codeOf(await tokens.grant(secret, { apis: ["nothing"] }))).toBe("access_denied");
  });

  test("with nothing asked for, who it is", async () => {
    const { tokens, secret } = await worldWithToken();
    expect(await tokens.grant(secret, { access: {} })).toMatchObject({
      ...{ ok: true, access: {}, budgets: {} },
    });
  });

  test("OKT-27 as of now: what the owner may no longer do is not handed on", async () => {
    const { tokens, secret, directory } = await worldWithToken({ cache: { owner: false } });
    directory.change(ADA, { access: { orders: "read" } });
    expect(codeOf(await tokens.grant(secret, { access: { orders: "full" } }))).toBe(
      "access_denied",
    );
    expect(await tokens.grant(secret)).toMatchObject({ access: { orders: "read" } });
    directory.change(ADA, { access: "none" });
    expect(codeOf(await tokens.grant(secret))).toBe("access_denied");
  });
});

describe("every check of verify holds", () => {
  const refusals: [string, (world: World & { secret: { reveal(): string } }) => unknown, string][] =
    [
      ["nothing presented", () => undefined, "missing_token"],
      ["an empty text", () => "", "missing_token"],
      ["no shape of a secret", () => "eyJhbGciOiJub25lIn0.e30.", "malformed_token"],
      ["a secret of nobody", ({ secret }) => otherSecret(secret.reveal()), "malformed_token"],
    ];
  test.each(refusals)("%s", async (_name, present, code) => {
    const world = await worldWithToken();
    // Whatever a request brings.
    expect(codeOf(await world.tokens.grant(present(world) as string))).toBe(code);
  });

  test("CORE-36 a token that was revoked", async () => {
    const { tokens, secret, token } = await worldWithToken();
    await tokens.revoke({ tokenId: token.id, actor: ADA });
    expect(codeOf(await tokens.grant(secret))).toBe("unknown_token");
    expect(codeOf(await tokens.grant({ tokenId: token.id }))).toBe("unknown_token");
  });

  test("CORE-20 a token at the very millisecond of its end", async () => {
    const { tokens, secret, token, clock } = await worldWithToken();
    const end = token.expiresAt?.getTime() ?? 0;
    clock.set(end - 1);
    expect(codeOf(await tokens.recheck(secret))).toBe("ok");
    clock.set(end);
    expect(codeOf(await tokens.grant(secret))).toBe("expired_token");
    expect(codeOf(await tokens.recheck(secret))).toBe("expired_token");
  });

  test.each<[string, Partial<Owner>, string]>([
    ["OKT-30 an owner who is inactive", { active: false }, "owner_inactive"],
    ["OWN-12 an owner whose option is switched off", { apiAccess: false }, "api_access_disabled"],
    ["an owner who has moved accounts", { account: "globex" }, "owner_inactive"],
  ])("%s", async (_name, facts, code) => {
    const world = await worldWithToken({ cache: { owner: false } });
    world.directory.change(ADA, facts);
    expect(codeOf(await world.tokens.grant(world.secret))).toBe(code);
    expect(codeOf(await world.tokens.recheck({ tokenId: world.token.id }))).toBe(code);
    await world.tokens.close();
    expect(await world.trail("owner.refused")).toHaveLength(1);
  });

  test("OKT-35 a network from which the token may not be used, and none at all", async () => {
    const world = createWorld();
    const { tokens } = world;
    const { secret, token } = await world.issue({ network: { include: ["192.0.2.0/24"] } });
    expect(codeOf(await tokens.grant(secret, { address: "192.0.2.7" }))).toBe("ok");
    expect(codeOf(await tokens.grant(secret, { address: "198.51.100.7" }))).toBe("network_denied");
    expect(codeOf(await tokens.grant(secret))).toBe("network_denied");
    expect(codeOf(await tokens.grant({ tokenId: token.id }))).toBe("network_denied");
    await tokens.close();
    expect(await world.trail("network.refused")).toHaveLength(1);
  });

  test("a port that fails", async () => {
    const budgets: BudgetStore = {
      onOutage: "deny",
      take: () => Promise.reject(new Error("out of reach")),
    };
    const { tokens, secret, errors } = await worldWithToken({ budgets });
    const grant = await tokens.grant(secret);
    expect(codeOf(grant)).toBe("unavailable");
    expect(errors).toHaveLength(1);
    expect(JSON.stringify(grant)).not.toContain("out of reach");
  });
});

describe("an exchange is a use", () => {
  test("OKT-20 it moves a sliding expiry, and is noted", async () => {
    const { tokens, secret, token, clock } = await worldWithToken();
    clock.pass({ days: 10 });
    await tokens.grant(secret);
    await tokens.close();
    const after = await tokens.get({ tokenId: token.id, actor: ADA });
    expect(after.lastUsedAt?.getTime()).toBe(clock.now());
    expect(after.expiresAt?.getTime()).toBe(clock.now() + 30 * 86_400_000);
  });

  test("a refusal and a recheck are none", async () => {
    const { tokens, secret, token, clock } = await worldWithToken();
    clock.pass({ days: 10 });
    await tokens.recheck(secret);
    await tokens.recheck({ tokenId: token.id });
    await tokens.grant(secret, { access: { nothing: "read" } });
    await tokens.close();
    expect((await tokens.get({ tokenId: token.id, actor: ADA })).lastUsedAt).toBeNull();
  });

  test("CORE-61 it spends a call on each API that it opens, or on none", async () => {
    const apis = {
      orders: { limit: 4, window: { minutes: 1 } },
      invoices: { limit: 2, window: { minutes: 1 } },
    };
    const { tokens, secret } = await worldWithToken({ apis });
    expect(codeOf(await tokens.grant(secret))).toBe("ok");
    const refused = await tokens.grant(secret);
    expect(refused).toMatchObject({
      ...{ ok: false, code: "budget_exceeded", status: 429, budgetOf: "token" },
      ...{ budget: { limit: 1, remaining: 0 }, retryAfterMs: 60_000 },
    });
    // Orders had another call for this token, and still have.
    expect(codeOf(await tokens.grant(secret, { access: { orders: "read" } }))).toBe("ok");
    expect(codeOf(await tokens.grant(secret, { access: { orders: "read" } }))).toBe(
      "budget_exceeded",
    );
    expect(codeOf(await tokens.grant(secret, { access: {} }))).toBe("ok");
  });

  test("it is the budget of verify", async () => {
    const apis = { orders: { limit: 4, window: { minutes: 1 } } };
    const {
      tokens,
      secret,
      codeOf: verified,
    } = await worldWithToken({ apis, budgets: memoryBudgets() });
    await tokens.grant(secret);
    expect([await verified(secret), await verified(secret)]).toEqual(["ok", "budget_exceeded"]);
  });

  test("CORE-07 a secret under an old pepper is moved under the current one", async () => {
    const repository = memoryRepository();
    const old = { id: "old", key: "an older pepper, also thirty-two" };
    const world = createWorld({ repository, peppers: [old] });
    const { secret, token } = await world.issue();
    const node = world.node({
      peppers: [{ id: "new", key: "a newer pepper, also thirty-two " }, old],
    });
    await node.grant(secret);
    await node.close();
    expect((await repository.findById(token.id))?.pepper).toBe("new");
  });
});

describe("by a reference", () => {
  test("the token that it names", async () => {
    const { tokens, token } = await worldWithToken();
    expect(await tokens.grant({ tokenId: token.id })).toMatchObject({
      ok: true,
      token: { id: token.id },
    });
    expect(codeOf(await tokens.grant({ tokenId: "tok_nobody" }))).toBe("unknown_token");
  });

  test("OWN-21 of the secret that it names: not of the one that came after it", async () => {
    const world = createWorld();
    const { tokens } = world;
    const { token } = await world.issue({ kind: "application", access: "read" });
    const secretCreatedAt = token.createdAt.getTime();
    expect(codeOf(await tokens.recheck({ tokenId: token.id, secretCreatedAt }))).toBe("ok");
    world.clock.pass({ seconds: 1 });
    await tokens.regenerate({ tokenId: token.id, actor: SYSTEM });
    expect(codeOf(await tokens.recheck({ tokenId: token.id, secretCreatedAt }))).toBe(
      "unknown_token",
    );
    expect(codeOf(await tokens.recheck({ tokenId: token.id }))).toBe("ok");
  });

  test("EDG-10 a rotation that waits for its link is no token yet", async () => {
    const world = createWorld();
    const { tokens } = world;
    await world.issue({ kind: "web", owner: BOB });
    await tokens.rotate({ owner: BOB, kind: "web", actor: BOB });
    const pending = (await world.repository.listByOwner({ owner: BOB, limit: 10 })).find(
      ({ slot }) => slot === "pending",
    );
    expect(pending).toBeDefined();
    expect(codeOf(await tokens.grant({ tokenId: pending?.id ?? "" }))).toBe("unknown_token");
  });
});

describe("a recheck", () => {
  test("tells what the token may do now", async () => {
    const { tokens, token, directory } = await worldWithToken({ cache: { owner: false } });
    directory.change(ADA, { methods: ["GET"] });
    expect(await tokens.recheck({ tokenId: token.id })).toMatchObject({
      ok: true,
      access: { orders: "read", invoices: "read" },
    });
    directory.change(ADA, { methods: [] });
    expect(await tokens.recheck({ tokenId: token.id })).toMatchObject({ ok: true, access: {} });
  });

  test("of a secret is refused where networks have a say; by a reference it is not", async () => {
    const world = createWorld();
    const { secret, token } = await world.issue({ network: { exclude: ["192.0.2.0/24"] } });
    expect(codeOf(await world.tokens.recheck(secret))).toBe("network_denied");
    expect(codeOf(await world.tokens.recheck({ tokenId: token.id }))).toBe("ok");
    await world.tokens.close();
    expect(await world.trail("network.refused")).toEqual([]);
  });

  test("of an owner who may make no call is refused, and recorded nowhere: nothing was tried", async () => {
    const { tokens, token, directory, trail } = await worldWithToken({ cache: { owner: false } });
    directory.change(ADA, { active: false });
    expect(codeOf(await tokens.recheck({ tokenId: token.id }))).toBe("owner_inactive");
    await tokens.close();
    expect(await trail("owner.refused")).toEqual([]);
  });
});

describe("misuse names what is wrong", () => {
  const calls: [string, (tokens: Tokenry) => Promise<unknown>, string][] = [
    ["no request", (tokens) => tokens.grant("x", 1 as never), "request must be an object"],
    [
      "an address that is no text",
      (tokens) => tokens.grant("x", { address: 1 as never }),
      "request.address",
    ],
    [
      "an access for all",
      (tokens) => tokens.grant("x", { access: "full" as never }),
      "request.access",
    ],
    [
      "no level",
      (tokens) => tokens.grant("x", { access: { orders: "write" as never } }),
      "request.access",
    ],
    [
      "a level that is no word",
      (tokens) => tokens.grant("x", { access: { orders: 1 as never } }),
      "request.access",
    ],
    ["no credential", (tokens) => tokens.grant(1 as never), "credential must be an object"],
    ["a reference to nothing", (tokens) => tokens.recheck({} as never), "credential.tokenId"],
    [
      "a time that is none",
      (tokens) => tokens.recheck({ tokenId: "t", secretCreatedAt: "1" as never }),
      "credential.secretCreatedAt",
    ],
  ];
  test.each(calls)("%s", async (_name, call, path) => {
    const misuse = expect(call(createWorld().tokens)).rejects;
    await misuse.toThrow(path);
    await misuse.toBeInstanceOf(TypeError);
  });
});

/** The same with another checksum's letter. */
function otherSecret(text: string): string {
  return `${text.slice(0, -1)}${text.endsWith("a") ? "b" : "a"}`;
}
