import { describe, expect, test } from "vitest";
import { createTokenry, memoryBudgets, type TokenryOptions } from "../../src/index.ts";
import { nodeSqliteDialect, sqlRepository } from "../../src/storage/sql/index.ts";
import { changingDirectory } from "../support/directory.ts";
import {
  type Check,
  faults,
  isBoolean,
  isEmptyList,
  isEmptyObject,
  isFunction,
  isText,
  isWhole,
  never,
  optional,
  withValue,
} from "./option-faults.ts";

const isMethods: Check = (value) =>
  Array.isArray(value) && value.length > 0 && Array.from(value).every(isMethod);
const isMethod: Check = (value) => typeof value === "string" && /^[\w.%-]{1,32}$/.test(value);
const isPrefix: Check = (value) => typeof value === "string" && /^[a-z]{2,32}$/.test(value);
const isChannels: Check = (value) =>
  Array.isArray(value) && value.length === 1 && value.every(isText(1, 64));

const MOST = Number.MAX_SAFE_INTEGER;
const pair = { prefix: "a_pair", slots: "pair", replacement: "rotate", access: "owner" } as const;

const OPTIONS = {
  kinds: {
    many: {
      prefix: "a_many",
      formerPrefixes: ["was_many"],
      slots: "many",
      maxPerOwner: 3,
      expiry: { type: "choice", options: [{ months: 3 }], default: { months: 3 } },
      access: "granted",
      replacement: "regenerate",
      issuedBy: "manager",
      budgetPercent: 20,
      reminders: [{ days: 7 }],
      onLeak: "notify",
    },
    sliding: {
      ...{ prefix: "a_sliding", slots: "single", access: "owner", replacement: "revoke-first" },
      expiry: { type: "sliding", unusedFor: { days: 30 }, atMost: { years: 9 } },
    },
    pair: {
      ...pair,
      expiry: { type: "never" },
      confirmRotation: true,
      confirmWithin: { hours: 1 },
    },
  },
  apis: { orders: { limit: 10, window: { minutes: 1 }, methods: ["GET"] } },
  directory: changingDirectory(),
  peppers: [{ id: "1", key: "a pepper of thirty-two characters" }],
  cache: { ttl: { seconds: 5 }, max: 10, owner: { seconds: 5 } },
  notifier: { channels: ["mail", "hook"], deliver: async () => {} },
  delivery: { concurrency: 8, timeout: { seconds: 30 } },
  keepEvents: { days: 400 },
};

/** What may rightly stand in each place. Where nothing is named, nothing of what is tried may. */
const RIGHTS: Readonly<Record<string, Check>> = {
  kinds: never,
  "kinds.many": never,
  "kinds.many.prefix": isPrefix,
  "kinds.many.formerPrefixes": optional(isEmptyList),
  "kinds.many.formerPrefixes.0": isPrefix,
  "kinds.many.slots": never,
  "kinds.many.maxPerOwner": (value) => value === undefined || isWhole(1, 10_000)(value),
  "kinds.many.expiry": never,
  "kinds.many.expiry.type": never,
  "kinds.many.expiry.options": never,
  "kinds.many.expiry.options.0": never,
  "kinds.many.expiry.default": never,
  "kinds.many.access": never,
  "kinds.many.replacement": never,
  "kinds.many.issuedBy": optional(never),
  "kinds.many.budgetPercent": optional(isWhole(1, 100)),
  "kinds.many.reminders": optional(isEmptyList),
  "kinds.many.reminders.0": never,
  "kinds.many.reminders.0.days": isWhole(1, 1000),
  "kinds.many.onLeak": optional(never),
  "kinds.sliding.expiry.unusedFor": never,
  "kinds.sliding.expiry.unusedFor.days": isWhole(1, 1000),
  "kinds.sliding.expiry.atMost": (value) => value === undefined,
  "kinds.sliding.expiry.atMost.years": isWhole(1, 1000),
  "kinds.pair.backupFor": (value) => value === undefined,
  "kinds.pair.confirmRotation": (value) => value === undefined || isBoolean(value),
  "kinds.pair.confirmWithin": optional(never),
  "kinds.pair.confirmWithin.hours": isWhole(1, 24),
  apis: never,
  "apis.orders": never,
  "apis.orders.limit": isWhole(1, MOST),
  "apis.orders.window": never,
  "apis.orders.window.minutes": isWhole(1, 1000),
  "apis.orders.methods": optional(isMethods),
  "apis.orders.methods.0": isMethod,
  // What has a method of the name may be one.
  directory: (value) => value instanceof Uint8Array,
  repository: (value) => value === undefined,
  budgets: (value) => value === undefined,
  notifier: (value) => value === undefined,
  bus: (value) => value === undefined,
  clock: (value) => value === undefined,
  onError: (value) => value === undefined || isFunction(value),
  peppers: never,
  "peppers.0": never,
  "peppers.0.id": isText(1, 64),
  "peppers.0.key": (value) => typeof value === "string" && value.length >= 16,
  cache: optional(isEmptyObject),
  "cache.ttl": (value) => value === undefined,
  "cache.ttl.seconds": isWhole(1, 1000),
  "cache.max": optional(isWhole(1, 100_000_000)),
  "cache.owner": optional((value) => value === false),
  "notifier.channels": (value) => value === undefined || isChannels(value),
  "notifier.channels.0": isText(1, 64),
  "notifier.deliver": isFunction,
  delivery: optional(isEmptyObject),
  "delivery.concurrency": optional(isWhole(1, 100)),
  "delivery.timeout": optional(never),
  "delivery.timeout.seconds": isWhole(1, 60),
  keepEvents: (value) => value === undefined,
  "keepEvents.days": isWhole(1, 100_000),
};

test("the options are right, each in its place", async () => {
  // A cast, as the texts of a literal are any texts to the compiler.
  await createTokenry(OPTIONS as unknown as TokenryOptions).close();
});

describe("createTokenry", () => {
  test.each(Object.entries(RIGHTS))(
    "refuses by its path what is no right %s",
    async (path, isRight) => {
      const take = (value: unknown) =>
        createTokenry(withValue(OPTIONS, path.split("."), value) as TokenryOptions);
      // The place itself, or the one that holds it.
      const [root = ""] = path.split(".");
      expect(await faults(take, isRight, new RegExp(`^(?:${root}|kinds)\\b`))).toEqual([]);
    },
  );

  test("refuses options that are none", async () => {
    const take = (value: unknown) => createTokenry(value as TokenryOptions);
    expect(await faults(take, never, /^(?:options|directory|kinds)\b/)).toEqual([]);
  });
});

test("memoryBudgets refuses by its path what is no right maximum", async () => {
  const take = (value: unknown) => memoryBudgets({ max: value as number });
  const isRight: Check = (value) => value === undefined || isWhole(1, MOST)(value);
  expect(await faults(take, isRight, /^budgets\.max\b/)).toEqual([]);
});

test("nodeSqliteDialect refuses by its name what is no path and no options", async () => {
  const open = (value: unknown) => nodeSqliteDialect(value as string);
  expect(await faults(open, isText(1, 4096), /^path\b/)).toEqual([]);
  const configure = (value: unknown) => nodeSqliteDialect(":memory:", value as object);
  expect(await faults(configure, optional(isEmptyObject), /^options\b/)).toEqual([]);
});

test("sqlRepository refuses by its name what is no database", async () => {
  const take = (value: unknown) => sqlRepository({ db: value as never });
  expect(await faults(take, never, /^(?:options\.)?db\b/)).toEqual([]);
});
