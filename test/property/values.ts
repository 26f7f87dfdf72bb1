import fc from "fast-check";
import type {
  Access,
  BudgetPercents,
  EventType,
  LeakReport,
  Level,
  Network,
  Owner,
} from "../../src/index.ts";
import { ACCOUNT, OTHER_ACCOUNT } from "../support/directory.ts";
import { DAY, MINUTE, MONTHS, RANGES } from "./model/rules.ts";

/** Any of the fields may be absent. */
export function optional<Shape>(
  shape: {
    [Key in keyof Shape]: fc.Arbitrary<Shape[Key]>;
  },
): fc.Arbitrary<{ [Key in keyof Shape]?: Shape[Key] }> {
  // A cast, as the type that fast-check gives is the same one in another form.
  return fc.record<Shape, never>(shape, {
    requiredKeys: [],
    noNullPrototype: true,
  }) as fc.Arbitrary<{ [Key in keyof Shape]?: Shape[Key] }>;
}

/** One time in so many. */
export function oneIn(times: number): fc.Arbitrary<boolean> {
  return fc.noBias(fc.nat(times - 1)).map((number) => number === 0);
}

/** A value one time in so many, else nothing. */
export function seldom<Value>(
  arbitrary: fc.Arbitrary<Value>,
  times = 2,
): fc.Arbitrary<Value | undefined> {
  return fc.tuple(arbitrary, oneIn(times)).map(([value, isThere]) => (isThere ? value : undefined));
}

/** A number by which one of many is chosen. */
export const pick: fc.Arbitrary<number> = fc.noBias(fc.nat(1_000_000));

export function chosen<Item>(items: readonly Item[], number: number): Item | undefined {
  return items[number % Math.max(1, items.length)];
}

export const account: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(ACCOUNT) },
  { weight: 1, arbitrary: fc.constant(OTHER_ACCOUNT) },
);

export const zoneName: fc.Arbitrary<string> = fc.constantFrom("home", "office");

export const ranges: fc.Arbitrary<string[]> = fc.subarray(Object.keys(RANGES), {
  minLength: 1,
  maxLength: 2,
});

/** A rule, or none; `isZoned`: mostly one that names a zone. */
export function networkOf(isZoned: boolean): fc.Arbitrary<Network | null> {
  const entries = fc
    .tuple(ranges, seldom(zoneName, isZoned ? 1 : 4))
    .map(([plain, zone]) => (zone === undefined ? plain : [...plain, `zone:${zone}`]));
  const rule: fc.Arbitrary<Network> = fc.oneof(
    entries.map((include) => ({ include })),
    entries.map((exclude) => ({ exclude })),
    fc.tuple(entries, entries).map(([include, exclude]) => ({ include, exclude })),
  );
  return seldom(rule, isZoned ? 1 : 3).map((value) => value ?? null);
}

const ordersLevel = fc.constantFrom<Level>("none", "read", "full", ["GET"], ["POST", "DELETE"]);
const reportsLevel = fc.constantFrom<Level>("none", "read", "full", ["GET"]);

export const access: fc.Arbitrary<Access> = fc.oneof(
  fc.constant<Level>("full"),
  ordersLevel,
  optional({ orders: ordersLevel, reports: reportsLevel }),
);

const percent = fc.constantFrom(1, 15, 20, 50, 51, 75, 100);

export const budgets: fc.Arbitrary<BudgetPercents> = optional({
  orders: percent,
  reports: percent,
});

/** Mostly one of the choices. */
export const expiresIn: fc.Arbitrary<{ readonly months: number }> = fc
  .constantFrom(...MONTHS, ...MONTHS, 4)
  .map((months) => ({ months }));

export const name: fc.Arbitrary<string> = fc.constantFrom("laptop", "build server", "Büro 🚀");

/** Where a secret was found: of few places, so that some are named twice. */
export const report: fc.Arbitrary<LeakReport> = fc.record({
  source: fc.constantFrom("github", "our scanner"),
  url: fc.constantFrom(undefined, "https://paste.example/1"),
});

/** Some types of events, at least one. */
export const eventTypes: fc.Arbitrary<EventType[]> = fc.subarray<EventType>(
  [
    ...(["token.issued", "token.revoked", "token.regenerated", "token.updated"] as const),
    ...(["token.expiring", "token.expired", "token.leaked", "zone.changed"] as const),
    ...(["rotation.requested", "rotation.confirmed", "rotation.cancelled"] as const),
    ...(["owner.deprovisioned", "owner.refused", "network.refused", "zone.removed"] as const),
  ],
  { minLength: 1 },
);

/** What of an owner is otherwise than at first. */
export const facts: fc.Arbitrary<Partial<Omit<Owner, "id">>> = fc.oneof(
  fc.record({ active: fc.boolean() }),
  fc.record({ apiAccess: fc.boolean() }),
  fc.record({ methods: fc.constantFrom([], ["GET"], ["GET", "POST"]) }),
  fc.record({ access }),
  fc.record({ managesTokens: fc.boolean() }),
  fc.record({ account }),
  fc.constant({}),
  fc.constant({}),
);

/** How long to wait, in milliseconds: mostly to stay within the lives of tokens, or to end them to the millisecond. */
export const time: fc.Arbitrary<number> = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 10_000 }) },
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 120 * MINUTE }) },
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 29 }).map((days) => days * DAY) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 200 * DAY }) },
  {
    weight: 3,
    arbitrary: fc
      .constantFrom(MINUTE, 60 * MINUTE, 10 * DAY, 14 * DAY, 30 * DAY)
      .map((whole) => whole - 1),
  },
  { weight: 2, arbitrary: fc.constant(1) },
);
