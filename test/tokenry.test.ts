import { createHash, createHmac } from "node:crypto";
import { afterEach, describe, expect, test, vi } from "vitest";
import {
  createTokenry,
  type InvalidationBus,
  manySliding,
  memoryBus,
  memoryRepository,
  type Repository,
  SYSTEM,
  singleFixed,
  TokenryError,
} from "../src/index.ts";
import { ACCOUNT, ADA, BOB, MANAGER } from "./support/directory.ts";
import { watchedRepository } from "./support/repository-proxies.ts";
import { createWorld, outcomeOf } from "./support/world.ts";

const CALL = { api: "orders", method: "GET" };
const OWNER = { id: ADA, account: ACCOUNT, active: true };
const ISSUE = { kind: "personal", owner: ADA, actor: ADA, name: "laptop" } as const;

/** The least that createTokenry asks for. */
const least = () => ({
  kinds: { personal: singleFixed({ prefix: "acme_pat" }) },
  apis: { orders: { limit: 600, window: { minutes: 1 } } },
  directory: { find: (id: string) => (id === ADA ? OWNER : undefined) },
});

afterEach(() => vi.useRealTimers());

describe("defaults", () => {
  test("kinds, APIs and a directory are enough, by the real clock", async () => {
    const tokens = createTokenry(least());
    const before = Date.now();
    const { secret, token } = await tokens.issue(ISSUE);
    expect(token.createdAt.getTime()).toBeGreaterThanOrEqual(before);
    expect(token.createdAt.getTime()).toBeLessThanOrEqual(Date.now());
    expect(await tokens.verify(secret, CALL)).toMatchObject({ ok: true, owner: OWNER });
    expect(await tokens.jobs.deliver()).toEqual({ delivered: 0, retried: 0, parked: 0 });
    await tokens.close();
  });

  test("an API has GET, POST, PUT, PATCH and DELETE", async () => {
    const tokens = createTokenry(least());
    const { secret } = await tokens.issue(ISSUE);
    const allowed: string[] = [];
    for (const method of ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PURGE"])
      if ((await tokens.verify(secret, { api: "orders", method })).ok) allowed.push(method);
    expect(allowed).toEqual(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]);
  });

  test("what fails is told to nobody, and harms nobody", async () => {
    const directory = {
      find: () => {
        throw new Error("out of reach");
      },
    };
    const repository = memoryRepository();
    const { secret } = await createTokenry({ ...least(), repository }).issue(ISSUE);
    const tokens = createTokenry({ ...least(), repository, directory });
    expect(await tokens.verify(secret, CALL)).toMatchObject({ code: "unavailable" });
  });

  test("two instances without ports of their own share nothing", async () => {
    const [one, two] = [createTokenry(least()), createTokenry(least())];
    const { secret } = await one.issue(ISSUE);
    expect(await two.verify(secret, CALL)).toMatchObject({ code: "unknown_token" });
  });
});

describe("what is stored of a secret", () => {
  const storedHash = async (peppers?: { id: string; key: string }[]) => {
    const repository = memoryRepository();
    const tokens = createTokenry({
      ...least(),
      repository,
      ...(peppers === undefined ? {} : { peppers }),
    });
    const { secret, token } = await tokens.issue(ISSUE);
    const stored = await repository.findById(token.id);
    return { secret: secret.reveal(), hash: stored?.hash, pepper: stored?.pepper };
  };

  test("CORE-05, OKT-06, IND-27 SHA-256 of the whole of it", async () => {
    const { secret, hash, pepper } = await storedHash();
    expect([hash, pepper]).toEqual([createHash("sha256").update(secret).digest("hex"), null]);
  });

  test("CORE-05 HMAC-SHA-256 of the whole of it with peppers, the first of them", async () => {
    const [first, second] = [
      "the first pepper of the two",
      "the second pepper of the two",
    ] as const;
    const { secret, hash, pepper } = await storedHash([
      { id: "1", key: first },
      { id: "2", key: second },
    ]);
    expect([hash, pepper]).toEqual([createHmac("sha256", first).update(secret).digest("hex"), "1"]);
  });
});

describe("options", () => {
  test("are copied: what is changed afterwards changes nothing", async () => {
    const options = least();
    const apis: Record<string, { limit: number; window: { minutes: number } }> = options.apis;
    const expiry = { type: "fixed" as const, after: { days: 10 } };
    const kinds = { personal: { ...options.kinds.personal, expiry } };
    const tokens = createTokenry({ ...options, kinds, apis });
    expiry.after.days = 20;
    kinds.personal.prefix = "other_pat" as never;
    (apis.orders as { limit: number }).limit = 2;
    apis.refunds = { limit: 1, window: { minutes: 1 } };
    const { secret, token } = await tokens.issue(ISSUE);
    expect(secret.reveal()).toMatch(/^acme_pat_/);
    expect((token.expiresAt?.getTime() ?? 0) - token.createdAt.getTime()).toBe(10 * 86_400_000);
    expect(await tokens.verify(secret, CALL)).toMatchObject({ budget: { limit: 300 } });
    expect(await tokens.verify(secret, { ...CALL, api: "refunds" })).toMatchObject({
      code: "access_denied",
    });
  });

  test("the face is frozen all through, and its methods need no `this`", async () => {
    const { tokens } = createWorld();
    for (const part of [tokens, tokens.zones, tokens.jobs]) expect(part).toSatisfy(Object.isFrozen);
    const { issue, verify, jobs } = tokens;
    const { sweep } = jobs;
    const { secret } = await issue({ kind: "service", owner: ADA, actor: SYSTEM, name: "laptop" });
    expect(await verify(secret, CALL)).toMatchObject({ ok: true });
    expect(await sweep()).toEqual({ removed: 0 });
  });

  test.each<[string, object, string]>([
    [
      "a missing repository method",
      { repository: { commit: () => undefined } },
      "repository.touch must be a function",
    ],
    ["no directory", { directory: undefined }, "directory must be an object"],
    ["a mistyped option", { directry: {} }, 'options: there is no "directry"'],
    ["no kinds", { kinds: {} }, "kinds must hold at least one"],
    [
      "a confirmed rotation without peppers",
      {
        kinds: {
          web: { ...singleFixed({ prefix: "acme_web" }), slots: "pair", confirmRotation: true },
        },
      },
      "kinds.web.confirmRotation needs peppers",
    ],
    [
      "two kinds with one prefix",
      {
        kinds: {
          a: singleFixed({ prefix: "acme" }),
          b: manySliding({ prefix: "other", formerPrefixes: ["acme"] }),
        },
      },
      "kinds.b.prefix must be unique",
    ],
  ])("%s is refused by name", (_name, wrong, message) => {
    expect(() => createTokenry({ ...least(), ...wrong } as never)).toThrow(message);
  });
});

describe("scanPattern", () => {
  test("IND-40 finds the secrets of a kind in any text", async () => {
    const { tokens } = createWorld();
    const one = (await tokens.issue({ ...ISSUE, kind: "service" })).secret.reveal();
    const two = (await tokens.issue({ ...ISSUE, kind: "personal" })).secret.reveal();
    const text = `curl -H "Authorization: Bearer ${one}" # ${two}\n${one}.`;
    expect(text.match(tokens.scanPattern("service"))).toEqual([one, one]);
    expect(text.match(tokens.scanPattern("personal"))).toEqual([two]);
    expect(() => tokens.scanPattern("nope")).toThrow(TokenryError);
  });
});

describe("start and close", () => {
  test("runs sweep, remind and deliver, first after the interval", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const world = createWorld();
    await world.issue();
    world.clock.pass({ days: 30 });
    const { token } = await world.issue();
    world.clock.pass({ days: 29 });
    world.tokens.start({ every: { minutes: 1 } });
    await vi.advanceTimersByTimeAsync(59_999);
    expect(world.notifier.notices).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    await world.tokens.close();
    expect(world.notifier.notices.map(({ type, tokenId }) => [type, tokenId === token.id])).toEqual(
      [
        ["token.issued", false],
        ["token.issued", true],
        ["token.expired", false],
        ["token.expiring", true],
      ],
    );
    expect(vi.getTimerCount()).toBe(0);
  });

  test("every 30 seconds unless told", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const world = createWorld();
    await world.issue();
    world.tokens.start();
    await vi.advanceTimersByTimeAsync(30_000);
    await world.tokens.close();
    expect(world.notifier.notices).toHaveLength(1);
  });

  test("a job that fails is told of, and the next ones run", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const watched = watchedRepository(memoryRepository());
    const world = createWorld({ repository: watched.repository });
    await world.issue();
    watched.failing.add("expiredBefore").add("expiringBetween");
    world.tokens.start({ every: { seconds: 1 } });
    await vi.advanceTimersByTimeAsync(1000);
    await world.tokens.close();
    expect(world.errors.map(({ code }) => code)).toEqual(["unavailable", "unavailable"]);
    expect(world.notifier.notices).toHaveLength(1);
  });

  test("an interval longer than timers can wait is no interval of none", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const world = createWorld();
    await world.issue();
    world.tokens.start({ every: { weeks: 52 } });
    await vi.advanceTimersByTimeAsync(86_400_000);
    await world.tokens.close();
    expect(world.notifier.notices).toEqual([]);
  });

  test.each([{ seconds: 0 }, { months: 1 }, {}])("an interval of %o is refused", (every) => {
    expect(() => createWorld().tokens.start({ every })).toThrow(RangeError);
  });

  test("close stops the jobs and ends what runs in the background", async () => {
    const repository = memoryRepository();
    const slow: Repository["commit"] = async (change) => {
      await new Promise((resolve) => setTimeout(resolve, 30));
      return repository.commit(change);
    };
    const world = createWorld({ repository: { ...repository, commit: slow } });
    const { secret } = await world.issue({ network: { include: ["10.0.0.1"] } });
    await world.verify(secret, { address: "10.0.0.2" });
    await world.tokens.close();
    expect(await world.trail("network.refused")).toHaveLength(1);
    await world.tokens.close();
  });

  test("closes no client of the host", async () => {
    const repository: Repository & { readonly close: () => void } = {
      ...memoryRepository(),
      close: vi.fn(),
    };
    const world = createWorld({ repository });
    await world.tokens.close();
    expect(repository.close).not.toHaveBeenCalled();
  });
});

describe("the bus", () => {
  function recordedBus() {
    const published: (readonly string[])[] = [];
    const wire = memoryBus();
    const bus: InvalidationBus = {
      publish: async (keys) => {
        published.push(keys);
        await wire.publish(keys);
      },
      subscribe: (handler) => wire.subscribe(handler),
    };
    return { bus, published };
  }

  test("is told of each change by ids, and of nothing that changed nothing", async () => {
    const { bus, published } = recordedBus();
    const { tokens, issue } = createWorld({ bus });
    const { secret, token } = await issue();
    const target = { tokenId: token.id, actor: MANAGER } as const;
    await tokens.verify(secret, CALL);
    await tokens.get(target);
    await tokens.update(target);
    expect(published).toEqual([]);
    await tokens.update({ ...target, name: "new" });
    await tokens.zones.put({ account: ACCOUNT, name: "office", ranges: ["::1"], actor: MANAGER });
    await tokens.ownerChanged(BOB);
    await tokens.revoke(target);
    // Told again: the first time may not have been answered, and no other node told.
    await tokens.revoke(target);
    expect(published).toEqual([
      [`token:${token.id}`],
      [`zones:${ACCOUNT}`],
      [`owner:${BOB}`],
      [`token:${token.id}`],
      [`token:${token.id}`],
    ]);
  });

  test("that fails is told of, and fails no operation", async () => {
    const failure = new Error("out of reach");
    const world = createWorld({
      bus: { publish: () => Promise.reject(failure), subscribe: () => Promise.reject(failure) },
    });
    const { secret, token } = await world.issue();
    expect(await outcomeOf(world.tokens.revoke({ tokenId: token.id, actor: SYSTEM }))).toBe("ok");
    expect(await world.codeOf(secret)).toBe("unknown_token");
    expect(world.errors.map(({ cause }) => cause)).toEqual([failure, failure]);
    await world.tokens.close();
  });

  test("is left at close", async () => {
    const handlers = new Set<unknown>();
    const bus: InvalidationBus = {
      publish: async () => undefined,
      async subscribe(handler) {
        handlers.add(handler);
        return () => {
          handlers.delete(handler);
        };
      },
    };
    const world = createWorld({ bus });
    await world.issue();
    expect(handlers.size).toBe(1);
    await world.tokens.close();
    expect(handlers.size).toBe(0);
  });

  test("ownerChanged of what is no id is refused", async () => {
    const { tokens } = createWorld();
    expect(await outcomeOf(tokens.ownerChanged(""))).toBe("invalid_input");
    await expect(tokens.ownerChanged(1 as unknown as string)).rejects.toThrow(TypeError);
  });
});

describe("several instances over one store", () => {
  test("with other kinds, APIs and owners decide each by its own", async () => {
    const world = createWorld();
    const { secret } = await world.issue();
    const strict = world.node({
      kinds: { service: manySliding({ prefix: "acme_svc", budgetPercent: 1 }) },
      apis: { orders: { limit: 100, window: { minutes: 1 }, methods: ["GET"] } },
    });
    const closed = world.node({ directory: { find: (id) => ({ ...OWNER, id, active: false }) } });
    for (let call = 0; call < 3; call++) {
      expect(await world.codeOf(secret, { method: "POST" })).toBe("ok");
      expect(await strict.verify(secret, { ...CALL, method: "POST" })).toMatchObject({
        code: "access_denied",
      });
      expect(await closed.verify(secret, CALL)).toMatchObject({ code: "owner_inactive" });
    }
    expect(await strict.verify(secret, CALL)).toMatchObject({ ok: true, budget: { limit: 1 } });
    expect(await world.verify(secret)).toMatchObject({ ok: true, budget: { limit: 300 } });
  });
});
