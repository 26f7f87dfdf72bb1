import { describe, expect, test } from "vitest";
import { exactLength } from "../src/lifecycle/duration.ts";
import { manySliding, primaryBackup, singleFixed } from "../src/lifecycle/presets.ts";
import type { Owner } from "../src/model.ts";
import { type ResolvedRules, resolveRules, type TokenryOptions } from "../src/options.ts";
import { memoryBudgets } from "../src/storage/memory/budgets.ts";
import { memoryBus } from "../src/storage/memory/bus.ts";
import { memoryRepository } from "../src/storage/memory/repository.ts";

const peppers = [{ id: "2026-11", key: "sixteen bytes ok" }];

function options(): TokenryOptions {
  return {
    kinds: { personal: singleFixed({ prefix: "acme_pat" }) },
    apis: { orders: { limit: 600, window: { minutes: 1 } } },
    directory: { find: (): Owner | undefined => undefined },
  };
}

/** Resolves what the types forbid, as a caller without them may pass it. */
function resolvedFrom(changes: Record<string, unknown>): ResolvedRules {
  return resolveRules({ ...options(), ...changes });
}

/** The changes to the options that put this into the one API. */
function api(changes: Record<string, unknown>): Record<string, unknown> {
  return { apis: { orders: { limit: 600, window: { minutes: 1 }, ...changes } } };
}

/** The changes to the options that give the budgets this policy. */
function budgets(onOutage: unknown): Record<string, unknown> {
  return { budgets: Object.assign(memoryBudgets(), { onOutage }) };
}

describe("resolveRules: defaults", () => {
  test("fills in everything that is left out", () => {
    const { kinds, apis, ...rest } = resolveRules(options());
    expect([...kinds.keys()]).toStrictEqual(["personal"]);
    expect(kinds.get("personal")).toMatchObject({ name: "personal", prefix: "acme_pat" });
    expect([...apis]).toStrictEqual([
      [
        "orders",
        {
          name: "orders",
          index: 0,
          limit: 600,
          windowMs: 60_000,
          methods: new Set(["GET", "POST", "PUT", "PATCH", "DELETE"]),
        },
      ],
    ]);
    expect(rest).toStrictEqual({
      peppers: [],
      tokenTtlMs: undefined,
      tokenMax: 100_000,
      ownerTtlMs: 5000,
      delivery: { concurrency: 8, timeoutMs: 30_000 },
      keepEvents: undefined,
    });
  });

  test("what is undefined is left out", () => {
    const names = ["repository", "budgets", "notifier", "peppers", "cache", "bus", "clock"];
    const absent = Object.fromEntries([...names, "onError"].map((name) => [name, undefined]));
    expect(resolvedFrom(absent)).toStrictEqual(resolveRules(options()));
    const parts = { ttl: undefined, max: undefined, owner: undefined };
    expect(resolvedFrom({ cache: parts })).toStrictEqual(resolveRules(options()));
    expect(resolvedFrom(api({ methods: undefined }))).toStrictEqual(resolveRules(options()));
  });

  test("keeps everything that is given", () => {
    const key = new Uint8Array(16).fill(7);
    const rules = resolvedFrom({
      kinds: {
        personal: singleFixed({ prefix: "acme_pat", formerPrefixes: ["old"] }),
        web: primaryBackup({ prefix: "acme" }),
      },
      apis: {
        orders: { limit: 1, window: { hours: 1 }, methods: ["GET", "PURGE"] },
        invoices: { limit: Number.MAX_SAFE_INTEGER, window: { weeks: 1 } },
      },
      peppers: [...peppers, { id: "old", key }],
      cache: { ttl: { seconds: 3 }, max: 1, owner: { minutes: 1 } },
    });
    expect([...rules.kinds.keys()]).toStrictEqual(["personal", "web"]);
    expect(rules.apis.get("orders")).toStrictEqual({
      ...{ name: "orders", index: 0, limit: 1, windowMs: 3_600_000 },
      methods: new Set(["GET", "PURGE"]),
    });
    const invoices = { index: 1, limit: Number.MAX_SAFE_INTEGER, windowMs: 604_800_000 };
    expect(rules.apis.get("invoices")).toMatchObject(invoices);
    expect(rules.peppers).toStrictEqual([...peppers, { id: "old", key }]);
    expect(rules).toMatchObject({ tokenTtlMs: 3000, tokenMax: 1, ownerTtlMs: 60_000 });
  });

  test("owners are not kept at all with cache.owner: false", () => {
    expect(resolvedFrom({ cache: { owner: false } }).ownerTtlMs).toBe(0);
  });

  test("takes our own ports and the platform's clock", () => {
    const rules = resolvedFrom({
      repository: memoryRepository(),
      budgets: memoryBudgets(),
      bus: memoryBus(),
      notifier: { deliver: async () => {} },
      clock: Date,
      onError: () => {},
    });
    expect(rules).toStrictEqual(resolveRules(options()));
  });

  test.each(["deny", "allow", "local"])("takes budgets.onOutage: %s", (onOutage) => {
    expect(() => resolvedFrom(budgets(onOutage))).not.toThrow();
  });

  test("kinds and APIs may be named like what every object has", () => {
    const names = ["__proto__", "constructor", "toString"];
    const record = (values: readonly unknown[]): unknown =>
      Object.fromEntries(names.map((name, index) => [name, values[index]]));
    const rules = resolvedFrom({
      kinds: record(["aa", "bb", "cc"].map((prefix) => singleFixed({ prefix }))),
      apis: record(names.map(() => ({ limit: 1, window: { days: 1 } }))),
    });
    expect([...rules.kinds.keys()]).toStrictEqual(names);
    expect([...rules.apis.keys()]).toStrictEqual(names);
    expect(resolveRules(options()).apis.get("constructor")).toBeUndefined();
  });
});

test("later changes of the caller's objects have no effect", () => {
  const methods = ["GET"];
  const window = { minutes: 1 };
  const orders = { limit: 600, window, methods };
  const ttl = { seconds: 5 };
  const pepper = { id: "2026-11", key: "sixteen bytes ok" };
  const own = {
    ...options(),
    kinds: { personal: { ...singleFixed({ prefix: "acme_pat" }) } },
    apis: { orders } as Record<string, typeof orders>,
    peppers: [pepper],
    cache: { ttl, max: 5 },
  };
  const rules = resolveRules(own);
  const before = structuredClone(rules);
  Object.assign(own.kinds.personal, { prefix: "other" });
  Object.assign(orders, { limit: 1 });
  methods.push("POST");
  window.minutes = 2;
  own.apis.later = orders;
  ttl.seconds = 6;
  own.cache.max = 6;
  pepper.key = "another sixteen bytes";
  own.peppers.push({ id: "later", key: "sixteen bytes ok" });
  expect(structuredClone(rules)).toStrictEqual(before);
  expect(Object.isFrozen(rules.apis.get("orders"))).toBe(true);
  expect(Object.isFrozen(rules.kinds.get("personal"))).toBe(true);
});

describe("resolveRules: a wrong option is named by its path", () => {
  const noUnit = "must be in weeks, days, hours, minutes or seconds";
  const duration = "must be a duration such as { days: 30 }";
  const most = Number.MAX_SAFE_INTEGER;
  const long = "a".repeat(65);
  const key = "sixteen bytes ok";
  const one = { limit: 1, window: { minutes: 1 } };
  const [aa, bb] = [singleFixed({ prefix: "aa" }), manySliding({ prefix: "bb" })];
  const web = primaryBackup({ prefix: "web" });
  const needsPeppers = "needs peppers: the code of the link is derived from one";
  const isOfA = (prefix: string): string => `must be unique: "${prefix}" is one of kinds.a`;
  const known =
    "kinds, apis, directory, repository, budgets, notifier, delivery, keepEvents, peppers, cache, bus, clock, onError, observer";
  const repositoryMethods = [
    ...["commit", "touch", "findByHash", "findById", "listByOwner", "expiredBefore"],
    ...["expiringBetween", "zones", "events", "claimNotices", "settleNotices"],
    ...["parkedNotices", "retryNotices", "pruneEvents"],
  ];

  test.each<[Record<string, unknown>, string]>([
    [{ kind: {} }, `options: there is no "kind"; known are ${known}`],
    [{ kinds: undefined }, "kinds must be an object"],
    [{ kinds: [] }, "kinds must be an object"],
    [{ kinds: {} }, "kinds must hold at least one"],
    [{ kinds: { personal: null } }, "kinds.personal must be an object"],
    [{ kinds: { a: { ...aa, prefix: 1 } } }, "kinds.a.prefix must be a string"],
    [{ kinds: { web } }, `kinds.web.confirmRotation ${needsPeppers}`],
    [{ kinds: { aa, web }, peppers: [] }, `kinds.web.confirmRotation ${needsPeppers}`],
    [{ apis: undefined }, "apis must be an object"],
    [{ apis: {} }, "apis must hold at least one"],
    [{ apis: { orders: undefined } }, "apis.orders must be an object"],
    [api({ rate: 5 }), 'apis.orders: there is no "rate"; known are limit, window, methods'],
    [api({ limit: undefined }), "apis.orders.limit must be a number"],
    [api({ limit: "600" }), "apis.orders.limit must be a number"],
    [api({ window: 60 }), `apis.orders.window ${duration}`],
    [api({ methods: "GET" }), "apis.orders.methods must be an array"],
    [api({ methods: ["GET", 1] }), "apis.orders.methods must hold strings"],
    [{ directory: undefined }, "directory must be an object"],
    [{ directory: {} }, "directory.find must be a function"],
    [{ repository: "postgres" }, "repository must be an object"],
    [{ budgets: {} }, "budgets.take must be a function"],
    [budgets(false), 'budgets.onOutage must be one of "deny", "allow", "local"'],
    [{ notifier: {} }, "notifier.deliver must be a function"],
    [{ bus: { subscribe: () => {} } }, "bus.publish must be a function"],
    [{ bus: { publish: () => {} } }, "bus.subscribe must be a function"],
    [{ clock: {} }, "clock.now must be a function"],
    [{ clock: 5 }, "clock must be an object"],
    [{ onError: {} }, "onError must be a function"],
    [{ peppers: "key" }, "peppers must be an array"],
    [{ peppers: ["key"] }, "peppers[0] must be an object"],
    [{ peppers: [...peppers, { key }] }, "peppers[1].id must be a string"],
    [{ peppers: [{ id: "a" }] }, "peppers[0].key must be a string or a Uint8Array"],
    [{ peppers: [{ id: "a", key: [...key] }] }, "peppers[0].key must be a string or a Uint8Array"],
    [{ cache: true }, "cache must be an object"],
    [{ cache: { size: 5 } }, 'cache: there is no "size"; known are ttl, max, owner'],
    [{ cache: { ttl: 5 } }, `cache.ttl ${duration}`],
    [{ cache: { owner: true } }, `cache.owner ${duration}`],
    [{ cache: { max: "5" } }, "cache.max must be a number"],
    ...repositoryMethods.map((method): [Record<string, unknown>, string] => [
      { repository: Object.assign(memoryRepository(), { [method]: undefined }) },
      `repository.${method} must be a function`,
    ]),
  ])("%o by its type: %s", (changes, message) => {
    expect(() => resolvedFrom(changes)).toThrow(new TypeError(message));
  });

  test.each<[Record<string, unknown>, string]>([
    [{ kinds: { "": aa } }, "kinds: a name must not be empty"],
    [{ kinds: { [long]: aa } }, "kinds: a name must be at most 64 characters"],
    [{ kinds: { a: aa, b: aa } }, `kinds.b.prefix ${isOfA("aa")}`],
    [{ kinds: { a: aa, b: { ...bb, formerPrefixes: ["aa"] } } }, `kinds.b.prefix ${isOfA("aa")}`],
    [{ kinds: { a: { ...aa, formerPrefixes: ["bb"] }, b: bb } }, `kinds.b.prefix ${isOfA("bb")}`],
    [{ kinds: { a: { ...aa, formerPrefixes: ["aa"] } } }, `kinds.a.prefix ${isOfA("aa")}`],
    [
      { kinds: { a: { ...aa, budgetPercent: 0 } } },
      "kinds.a.budgetPercent must be a whole number from 1 to 100",
    ],
    [{ apis: { "a\nb": one } }, "apis: a name must not hold control characters"],
    [api({ limit: 0 }), `apis.orders.limit must be a whole number from 1 to ${most}`],
    [api({ limit: 1.5 }), `apis.orders.limit must be a whole number from 1 to ${most}`],
    [api({ limit: most + 1 }), `apis.orders.limit must be a whole number from 1 to ${most}`],
    [api({ window: { seconds: 0 } }), "apis.orders.window must be longer than zero"],
    [api({ window: { months: 1 } }), `apis.orders.window ${noUnit}`],
    [api({ methods: [] }), "apis.orders.methods must not be empty"],
    [api({ methods: ["GET", "G T"] }), 'apis.orders.methods: "G T" is no HTTP method'],
    [budgets("open"), 'budgets.onOutage must be one of "deny", "allow", "local", not "open"'],
    [{ peppers: [{ id: "", key }] }, "peppers[0].id must not be empty"],
    [{ peppers: [{ id: long, key }] }, "peppers[0].id must be at most 64 characters"],
    [{ peppers: [...peppers, ...peppers] }, "peppers[1].id must be unique"],
    [{ peppers: [{ id: "a", key: key.slice(1) }] }, "peppers[0].key must be at least 16 bytes"],
    [
      { peppers: [{ id: "a", key: new Uint8Array(15) }] },
      "peppers[0].key must be at least 16 bytes",
    ],
    [{ cache: { ttl: { months: 1 } } }, `cache.ttl ${noUnit}`],
    [{ cache: { ttl: {} } }, "cache.ttl must be longer than zero"],
    [{ cache: { owner: { years: 1 } } }, `cache.owner ${noUnit}`],
    [{ cache: { max: 0 } }, "cache.max must be a whole number from 1 to 100000000"],
    [{ cache: { max: 100_000_001 } }, "cache.max must be a whole number from 1 to 100000000"],
  ])("%o by its value: %s", (changes, message) => {
    expect(() => resolvedFrom(changes)).toThrow(new RangeError(message));
  });

  test.each([undefined, null, 1, []])("options that are %o", (value) => {
    expect(() => resolveRules(value as never)).toThrow(new TypeError("options must be an object"));
  });
});

describe("exactLength", () => {
  test("is the length in milliseconds", () => {
    expect(exactLength({ minutes: 1, seconds: 30 }, "every")).toBe(90_000);
  });

  test("refuses what has no one length", () => {
    expect(() => exactLength({ months: 1 }, "every")).toThrow(
      new RangeError("every must be in weeks, days, hours, minutes or seconds"),
    );
  });
});
