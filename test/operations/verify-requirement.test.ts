import { describe, expect, test } from "vitest";
import { type Access, type Owner, SYSTEM, type VerifyRequest } from "../../src/index.ts";
import { ADA, BOB } from "../support/directory.ts";
import { createWorld, type World } from "../support/world.ts";

/** An application token with this access, and the code that a call with a requirement gets. */
async function codeWith(
  access: Access,
  requirement: Partial<VerifyRequest>,
  world = createWorld(),
) {
  const { secret } = await world.issue({ kind: "application", access });
  return world.codeOf(secret, requirement);
}

describe("what a call needs besides its method", () => {
  test.each<[Access, VerifyRequest["level"], string]>([
    ["full", "full", "ok"],
    ["full", "read", "ok"],
    ["read", "full", "access_denied"],
    ["read", "read", "ok"],
    [{ orders: ["GET", "POST"] }, ["POST"], "ok"],
    [{ orders: ["GET", "POST"] }, ["POST", "DELETE"], "access_denied"],
    [{ orders: ["GET", "POST"] }, "full", "access_denied"],
    [{ orders: ["GET", "POST", "PUT", "PATCH", "DELETE"] }, "full", "ok"],
    ["full", ["PURGE"], "access_denied"],
    [{ invoices: "full" }, "read", "access_denied"],
  ])("CORE-45, AP-5: a token with %j, where %j is needed: %s", async (access, level, code) => {
    expect(await codeWith(access, { level })).toBe(code);
  });

  test("CORE-41: the level is that of the owner now, whatever is on the token", async () => {
    const world = createWorld();
    const { secret } = await world.issue({ kind: "application", access: "full" });
    expect(await world.codeOf(secret, { level: "full" })).toBe("ok");
    world.directory.change(ADA, { access: { orders: "read" } });
    await world.tokens.ownerChanged(ADA);
    expect(await world.codeOf(secret, { level: "full" })).toBe("access_denied");
    expect(await world.codeOf(secret, { level: "read" })).toBe("ok");
  });

  test("full is every method that the API has, and no more", async () => {
    const access = { invoices: ["GET", "POST"] };
    expect(await codeWith(access, { api: "invoices", level: "full" })).toBe("ok");
  });

  test("the host permits an owner, by what the directory says now", async () => {
    const seen: Owner[] = [];
    const permits = (owner: Owner): boolean => {
      seen.push(owner);
      return owner.id === BOB;
    };
    const world = createWorld();
    const [ada, bob] = [
      await world.issue(),
      await world.issue({ kind: "service", owner: BOB, actor: SYSTEM }),
    ];
    expect(await world.codeOf(ada.secret, { permits })).toBe("access_denied");
    expect(await world.codeOf(bob.secret, { permits })).toBe("ok");
    expect(seen).toEqual([world.directory.find(ADA), world.directory.find(BOB)]);
  });

  test("CORE-10: a refusal by level or permission spends and notes nothing", async () => {
    const world = createWorld();
    const { secret, token } = await world.issue({ kind: "application", access: "read" });
    for (const requirement of [{ level: "full" }, { permits: () => false }] as const)
      for (let call = 0; call < 5; call += 1) await world.verify(secret, requirement);
    await world.tokens.close();
    const { lastUsedAt } = await world.tokens.get({ tokenId: token.id, actor: SYSTEM });
    expect(lastUsedAt).toBeNull();
    expect(await world.verify(secret)).toMatchObject({ budget: { remaining: 299 } });
  });

  test("the network is asked before the permission", async () => {
    const world = createWorld();
    const { secret } = await world.issue({ network: { include: ["192.0.2.1"] } });
    const permits = (): never => {
      throw new Error("asked");
    };
    expect(await world.codeOf(secret, { permits, address: "192.0.2.2" })).toBe("network_denied");
  });

  test.each([
    [
      "throws",
      () => {
        throw new Error("the host's own mistake");
      },
    ],
    ["gives a promise", async () => true],
    ["gives nothing", () => undefined],
    ["gives a truthy text", () => "yes"],
  ])("ASVS 16.5.3: a permission that %s is an outage, and is reported", async (_name, permits) => {
    const world: World = createWorld();
    const { secret } = await world.issue();
    // A cast, as these are what the compiler refuses.
    expect(await world.codeOf(secret, { permits: permits as never })).toBe("unavailable");
    expect(world.errors).toHaveLength(1);
  });

  test.each([
    [{ level: "none" }, RangeError, "request.level"],
    [{ level: "all" }, RangeError, "request.level"],
    [{ level: 7 }, TypeError, "request.level"],
    [{ level: [] }, RangeError, "request.level"],
    [{ level: [7] }, TypeError, "request.level"],
    [{ permits: true }, TypeError, "request.permits"],
  ])("misuse names its path: %j", async (request, error, message) => {
    const world = createWorld();
    const { secret } = await world.issue();
    // A cast, as these are what the compiler refuses.
    const verified = world.verify(secret, request as Partial<VerifyRequest>);
    await expect(verified).rejects.toThrow(error);
    await expect(verified).rejects.toThrow(message);
  });
});

describe("whose budget a verdict tells of", () => {
  test("the token's own while it has no more left than the account", async () => {
    const world = createWorld();
    const { secret } = await world.issue();
    expect(await world.verify(secret)).toMatchObject({ budgetOf: "token", budget: { limit: 300 } });
  });

  test("OKT-64: the account's once that has less left, accepted and refused", async () => {
    const world = createWorld({ apis: { orders: { limit: 10, window: { minutes: 1 } } } });
    const [one, two, three] = [await world.issue(), await world.issue(), await world.issue()];
    for (let call = 0; call < 5; call += 1) await world.verify(one.secret);
    for (let call = 0; call < 4; call += 1) await world.verify(two.secret);
    expect(await world.verify(three.secret)).toMatchObject({
      ok: true,
      budgetOf: "account",
      budget: { limit: 10, remaining: 0 },
    });
    expect(await world.verify(three.secret)).toMatchObject({
      code: "budget_exceeded",
      budgetOf: "account",
    });
  });
});
