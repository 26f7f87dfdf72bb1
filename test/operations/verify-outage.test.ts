import { describe, expect, test } from "vitest";
import {
  type BudgetStore,
  type Directory,
  type FoundToken,
  memoryBudgets,
  memoryRepository,
  type Owner,
  type Repository,
  type StoredToken,
  type Taken,
  TokenryError,
} from "../../src/index.ts";
import { ACCOUNT, ADA } from "../support/directory.ts";
import { watchedRepository } from "../support/repository-proxies.ts";
import { createWorld } from "../support/world.ts";

const failure = new Error("out of reach");
const ADA_NOW: Owner = { id: ADA, account: ACCOUNT, active: true };
const fails = () => {
  throw failure;
};
const rejects = async () => fails();
/** A value that no port may answer with: JavaScript keeps to no types. */
const nonsense = (value: unknown) => value as never;

/** The verdict of one call, of a token that was issued while all was well. */
async function verdictWith(broken: {
  readonly repository?: Partial<Repository>;
  readonly directory?: Directory;
  readonly budgets?: BudgetStore;
  readonly stored?: Partial<StoredToken>;
}) {
  const repository = memoryRepository();
  const healthy = createWorld({ repository });
  const { secret, token } = await healthy.issue();
  await repository.commit({ update: [{ id: token.id, set: broken.stored ?? {} }], events: [] });
  const world = createWorld({
    repository: { ...repository, ...broken.repository },
    ...(broken.directory === undefined ? {} : { directory: broken.directory }),
    ...(broken.budgets === undefined ? {} : { budgets: broken.budgets }),
  });
  const verdict = await world.verify(secret);
  await world.tokens.close();
  const { lastUsedAt } = (await repository.findById(token.id)) ?? {};
  return { verdict, errors: world.errors, lastUsedAt };
}

const UNAVAILABLE = {
  ok: false,
  code: "unavailable",
  status: 503,
  message: "The token cannot be checked now. Try again later.",
};

describe("CORE-13, ASVS 11.2.5, ASVS 16.5.2, ASVS 16.5.3 a port that fails refuses", () => {
  test.each<[string, Parameters<typeof verdictWith>[0]]>([
    ["repository throws", { repository: { findByHash: fails } }],
    ["repository rejects", { repository: { findByHash: rejects } }],
    ["directory throws", { directory: { find: fails } }],
    ["directory rejects", { directory: { find: rejects } }],
    ["budgets throw under deny", { budgets: { take: fails, onOutage: "deny" } }],
    ["budgets reject under deny", { budgets: { take: rejects, onOutage: "deny" } }],
  ])("%s", async (_name, broken) => {
    const { verdict, errors, lastUsedAt } = await verdictWith(broken);
    expect(verdict).toEqual(UNAVAILABLE);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toBeInstanceOf(TokenryError);
    expect(errors[0]).toMatchObject({ code: "unavailable", cause: failure });
    expect(lastUsedAt).toBeNull();
  });

  test.each<[string, Parameters<typeof verdictWith>[0]]>([
    [
      "a found token without zones",
      { repository: { findByHash: found({ zones: nonsense(undefined) }) } },
    ],
    ["a stored expiry that is no date", { stored: { expiresAt: Number.NaN } }],
    ["a stored expiry beyond all dates", { stored: { expiresAt: 9e15 } }],
    ["a stored expiry that is text", { stored: { expiresAt: nonsense("soon") } }],
    ["a stored expiry that is missing", { stored: { expiresAt: nonsense(undefined) } }],
    ["a stored creation that is no date", { stored: { createdAt: Number.NaN } }],
    ["a stored change that is no date", { stored: { updatedAt: Number.NaN } }],
    ["a stored use that is no date", { stored: { lastUsedAt: Number.NaN } }],
    ["an owner that is none", { directory: { find: () => nonsense("ada") } }],
    ["an owner of another id", { directory: { find: () => ({ ...ADA_NOW, id: "bob" }) } }],
    ["an owner without an account", { directory: { find: () => ({ ...ADA_NOW, account: "" }) } }],
    ["an owner's promise of nonsense", { directory: { find: async () => nonsense(1) } }],
    ["no answer of the budgets", { budgets: { take: () => nonsense(undefined) } }],
    ["a promise of no answer", { budgets: { take: async () => nonsense(undefined) } }],
    ["an answer without states", { budgets: { take: () => nonsense({ allowed: true }) } }],
    ["no states", { budgets: { take: () => ({ allowed: true, states: [] }) } }],
    ["no states in a refusal", { budgets: { take: () => ({ allowed: false, states: [] }) } }],
  ])("nonsense: %s", async (_name, broken) => {
    const { verdict, errors } = await verdictWith(broken);
    expect(verdict).toEqual(UNAVAILABLE);
    expect(errors.map(({ code, cause }) => [code, cause instanceof TypeError])).toEqual([
      ["unavailable", true],
    ]);
  });

  test("a budget answer that cannot be understood notes no use", async () => {
    const { lastUsedAt } = await verdictWith({
      budgets: { take: () => ({ allowed: true, states: [] }) },
    });
    expect(lastUsedAt).toBeNull();
  });

  test.each([1, "yes", undefined, null])(
    "a budget answer that says allowed: %o allows nothing",
    async (allowed) => {
      const states = [{ limit: 5, remaining: 5, windowMs: 1000, resetMs: 0 }];
      const taken = { allowed, states } as unknown as Taken;
      const { verdict } = await verdictWith({ budgets: { take: () => taken } });
      expect(verdict.ok).toBe(false);
    },
  );

  test("an error handler that throws changes nothing", async () => {
    const world = createWorld({ onError: fails, directory: { find: fails } });
    const { secret } = await createWorld({ repository: world.repository }).issue();
    expect(await world.verify(secret)).toEqual(UNAVAILABLE);
  });
});

function found(change: Partial<FoundToken>): Repository["findByHash"] {
  return (hashes) => ({
    token: {
      ...{ id: "id", hash: hashes[0] ?? "", pepper: "2026", kind: "service", owner: ADA },
      ...{ account: ACCOUNT, name: "laptop", slot: null, hint: "", access: null, network: null },
      ...{ budgets: {}, createdAt: 0, createdBy: ADA, updatedAt: 0, secretCreatedAt: 0 },
      ...{ expiresAt: null, lastUsedAt: null, remindedFrom: null, version: 1 },
    },
    zones: { revision: 0, zones: [] },
    ...change,
  });
}

describe("the budget store is out of reach", () => {
  const worldOf = (onOutage?: "deny" | "allow" | "local") => {
    const store = { down: true, answers: memoryBudgets() };
    const budgets: BudgetStore = {
      take: async (...call) => (store.down ? fails() : store.answers.take(...call)),
      ...(onOutage === undefined ? {} : { onOutage }),
    };
    return {
      store,
      world: createWorld({ budgets, apis: { orders: { limit: 4, window: { minutes: 1 } } } }),
    };
  };
  const codes = async (world: ReturnType<typeof createWorld>, calls: number) => {
    const { secret } = await world.issue();
    const all: string[] = [];
    for (let call = 0; call < calls; call++) all.push(await world.codeOf(secret));
    return all;
  };

  test.each(["local", undefined] as const)(
    "%s budgets in this process and tells once",
    async (policy) => {
      const { world } = worldOf(policy);
      expect(await codes(world, 3)).toEqual(["ok", "ok", "budget_exceeded"]);
      expect(world.errors.map(({ cause }) => cause)).toEqual([failure]);
    },
  );

  test("allow lets all through and tells once", async () => {
    const { world } = worldOf("allow");
    expect(await codes(world, 3)).toEqual(["ok", "ok", "ok"]);
    expect(world.errors).toHaveLength(1);
    const { secret } = await world.issue();
    expect(await world.verify(secret)).toMatchObject({
      budget: { limit: 2, remaining: 2, windowMs: 60_000, resetMs: 0 },
    });
  });

  test("deny refuses, and tells of each call that it refuses", async () => {
    const { world } = worldOf("deny");
    expect(await codes(world, 2)).toEqual(["unavailable", "unavailable"]);
    expect(world.errors.map(({ cause }) => cause)).toEqual([failure, failure]);
  });

  test("once the store is back it decides again", async () => {
    const { world, store } = worldOf();
    const { secret } = await world.issue();
    for (const code of ["ok", "ok", "budget_exceeded"])
      expect(await world.codeOf(secret)).toBe(code);
    store.down = false;
    for (const code of ["ok", "ok", "budget_exceeded"])
      expect(await world.codeOf(secret)).toBe(code);
  });
});

describe("what a call costs", () => {
  const watchedWorld = (options: Parameters<typeof createWorld>[0] = {}) => {
    const watched = watchedRepository(memoryRepository());
    return { world: createWorld({ ...options, repository: watched.repository }), ...watched };
  };

  test("one read when nothing is cached, zones included", async () => {
    const { world, calls } = watchedWorld();
    const zone = { account: ACCOUNT, name: "office", ranges: ["10.0.0.0/8"], actor: "mia" };
    await world.tokens.zones.put(zone);
    const { secret } = await world.issue({ network: { include: ["zone:office"] } });
    calls.length = 0;
    expect(await world.codeOf(secret, { address: "10.0.0.1" })).toBe("ok");
    expect(calls).toEqual(["findByHash"]);
    expect(await world.codeOf(secret, { address: "10.0.0.1" })).toBe("ok");
    expect(calls).toEqual(["findByHash", "findByHash"]);
  });

  test("one read for a secret that opens nothing", async () => {
    const { world, calls } = watchedWorld();
    const { secret } = await createWorld().issue();
    await world.verify(secret);
    expect(calls).toEqual(["findByHash"]);
  });

  test("one read also with several peppers", async () => {
    const peppers = ["one", "two", "three"].map((id) => ({
      id,
      key: `${id} is a pepper of some length`,
    }));
    const { world, calls } = watchedWorld({ peppers });
    const { secret } = await world.issue();
    calls.length = 0;
    await world.verify(secret);
    expect(calls).toEqual(["findByHash"]);
  });

  test("none on a cache hit", async () => {
    const { world, calls } = watchedWorld({ cache: { ttl: { seconds: 5 } } });
    const { secret } = await world.issue();
    await world.verify(secret);
    calls.length = 0;
    for (let call = 0; call < 10; call++) expect(await world.codeOf(secret)).toBe("ok");
    expect(calls).toEqual([]);
  });

  test("no write that is waited for: not the use, not the record of a refusal, not a new hash", async () => {
    const never = () => new Promise<never>(() => undefined);
    const repository = memoryRepository();
    const before = createWorld({
      repository,
      peppers: [{ id: "old", key: "an old pepper of some length" }],
    });
    const [free, bound] = [
      await before.issue(),
      await before.issue({ network: { include: ["10.0.0.1"] } }),
    ];
    const world = createWorld({
      repository: { ...repository, touch: never, commit: never },
      peppers: [
        { id: "new", key: "a new pepper of some length" },
        { id: "old", key: "an old pepper of some length" },
      ],
    });
    expect(await world.codeOf(free.secret)).toBe("ok");
    expect(await world.codeOf(bound.secret, { address: "10.0.0.2" })).toBe("network_denied");
  });
});

describe("what the host's own code gets wrong", () => {
  test.each<[unknown, ErrorConstructor, string]>([
    [undefined, TypeError, "request must be an object"],
    [{ method: "GET" }, TypeError, "request.api must be a string"],
    [{ api: "orders" }, TypeError, "request.method must be a string"],
    [{ api: "orders", method: "GET", address: 1 }, TypeError, "request.address must be a string"],
    [{ api: "orders", method: "GET", cost: "1" }, TypeError, "request.cost must be a number"],
    [{ api: "orders", method: "GET", cost: 0 }, RangeError, "request.cost must be a whole number"],
    [
      { api: "orders", method: "GET", cost: 1.5 },
      RangeError,
      "request.cost must be a whole number",
    ],
  ])("%o is refused, whatever the secret", async (request, type, message) => {
    const { tokens } = createWorld();
    const call = tokens.verify(undefined, request as never);
    await expect(call).rejects.toThrow(type);
    await expect(call).rejects.toThrow(message);
  });
});
