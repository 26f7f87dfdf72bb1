import type { BudgetStore } from "../../ports/budget-store.ts";
import { assertDeepEqual, assertEqual, assertTrue } from "../assert.ts";
import type { Cases } from "../cases.ts";
import { assertTaken, atOnce, bucketOf, countAllowed, dayMs } from "./takes.ts";

export const spendCases: Cases<BudgetStore> = {
  "a burst: exactly the limit is admitted": async ({ subject }) => {
    const now = Date.now();
    assertEqual(await countAllowed(subject, [bucketOf("a", 10)], atOnce(25, now)), 10);
  },
  "a limit of one: one is admitted": async ({ subject }) => {
    const now = Date.now();
    assertEqual(await countAllowed(subject, [bucketOf("a", 1)], atOnce(3, now)), 1);
  },
  "a cost over one: counts as so many": async ({ subject }) => {
    const now = Date.now();
    const bucket = bucketOf("a", 10);
    await assertTaken(subject, bucket, now, { cost: 4, allowed: true, remaining: 6 });
    await assertTaken(subject, bucket, now, { cost: 4, allowed: true, remaining: 2 });
    await assertTaken(subject, bucket, now, { cost: 3, allowed: false, remaining: 2 });
    await assertTaken(subject, bucket, now, { cost: 2, allowed: true, remaining: 0 });
  },
  "a cost over the limit: is never admitted and has no time to retry": async ({ subject }) => {
    const now = Date.now();
    const taken = await assertTaken(subject, bucketOf("a", 10), now, {
      cost: 11,
      allowed: false,
      remaining: 10,
    });
    assertEqual(taken.retryAfterMs, undefined, "retryAfterMs");
  },
  "a refused call: costs nothing": async ({ subject }) => {
    const now = Date.now();
    const bucket = bucketOf("a", 10);
    await assertTaken(subject, bucket, now, { cost: 7, allowed: true });
    for (const time of atOnce(20, now)) {
      await assertTaken(subject, bucket, time, { cost: 4, allowed: false, remaining: 3 });
    }
    await assertTaken(subject, bucket, now, { cost: 3, allowed: true, remaining: 0 });
  },
  "other keys: have budgets of their own": async ({ subject }) => {
    const now = Date.now();
    for (const key of ["a", "b", "ab", "a:b", "A"]) {
      assertEqual(await countAllowed(subject, [bucketOf(key, 3)], atOnce(5, now)), 3, key);
    }
  },
  "states: tell limit, window, what remains and when it is full, in the order asked": async ({
    subject,
  }) => {
    const now = Date.now();
    const buckets = [bucketOf("a", 3), bucketOf("b", 5, 2 * dayMs)];
    for (const spent of [1, 2, 3, 3]) {
      const { states } = await subject.take(buckets, 1, now);
      assertEqual(states.length, 2, "states");
      for (const [index, { limit, windowMs }] of buckets.entries()) {
        const { resetMs, ...rest } = states[index] ?? { resetMs: Number.NaN };
        assertDeepEqual(rest, { limit, remaining: limit - spent, windowMs });
        assertTrue(Number.isInteger(resetMs), `resetMs must be whole, got ${resetMs}`);
        // Of a store with its own clock some has refilled by now, but less than half a unit.
        const fullMs = (spent * windowMs) / limit;
        const near = resetMs > fullMs - windowMs / limit / 2 && resetMs <= Math.ceil(fullMs);
        assertTrue(near, `resetMs must be about ${fullMs}, got ${resetMs}`);
      }
    }
  },
  "retryAfterMs: only with a refusal, and then over zero": async ({ subject }) => {
    const now = Date.now();
    const bucket = bucketOf("a", 1);
    assertEqual((await subject.take([bucket], 1, now)).retryAfterMs, undefined);
    const { retryAfterMs = 0 } = await subject.take([bucket], 1, now);
    assertTrue(retryAfterMs > 0 && retryAfterMs <= dayMs, `got ${retryAfterMs}`);
  },
};

export const severalBucketCases: Cases<BudgetStore> = {
  "refused by the first: the second is not spent from": async ({ subject }) => {
    const now = Date.now();
    const account = bucketOf("account", 5);
    const both = [bucketOf("token", 3), account];
    assertEqual(await countAllowed(subject, both, atOnce(10, now)), 3);
    assertEqual(await countAllowed(subject, [account], atOnce(10, now)), 2);
  },
  "refused by the second: the first is not spent from": async ({ subject }) => {
    const now = Date.now();
    const token = bucketOf("token", 5);
    const both = [token, bucketOf("account", 3)];
    assertEqual(await countAllowed(subject, both, atOnce(10, now)), 3);
    assertEqual(await countAllowed(subject, [token], atOnce(10, now)), 2);
  },
  "TV-03 two tokens at 75 % of 1000: 750 for the first, 250 left for the second": async ({
    subject,
  }) => {
    const now = Date.now();
    const account = bucketOf("account", 1000);
    const first = [bucketOf("token 1", 750), account];
    const second = [bucketOf("token 2", 750), account];
    assertEqual((await subject.take(first, 750, now)).allowed, true);
    assertEqual((await subject.take(first, 1, now)).allowed, false);
    assertEqual((await subject.take(second, 251, now)).allowed, false);
    assertEqual((await subject.take(second, 250, now)).allowed, true);
  },
};

export const raceCases: Cases<BudgetStore> = {
  "200 takes at once: exactly the limit is admitted": async ({ subject, peer }) => {
    const now = Date.now();
    const bucket = bucketOf("a", 50);
    const taken = await Promise.all(
      Array.from({ length: 200 }, (_, i) => (i % 2 ? peer : subject).take([bucket], 1, now)),
    );
    assertEqual(taken.filter(({ allowed }) => allowed).length, 50);
  },
  "200 takes at once of four tokens: the account's limit in all, and every token pays its own":
    async ({ subject, peer }) => {
      const now = Date.now();
      const tokens = [0, 1, 2, 3].map((index) => bucketOf(`token ${index}`, 30));
      const account = bucketOf("account", 60);
      const allowed = await Promise.all(
        Array.from({ length: 50 }, (_, i) =>
          tokens.map((token) => (i % 2 ? peer : subject).take([token, account], 1, now)),
        ).flat(),
      );
      assertEqual(allowed.filter((taken) => taken.allowed).length, 60, "admitted in all");
      for (const [index, token] of tokens.entries()) {
        const own = allowed.filter((taken, i) => i % 4 === index && taken.allowed).length;
        const left = await countAllowed(subject, [token], atOnce(40, now));
        assertEqual(left, 30 - own, `left of ${token.key} after ${own}`);
      }
    },
};

export const changedLimitCases: Cases<BudgetStore> = {
  "CORE-64 a raised limit: holds from the next call, what is spent stays spent": async ({
    subject,
  }) => {
    const now = Date.now();
    await assertTaken(subject, bucketOf("a", 4), now, { cost: 4, allowed: true, remaining: 0 });
    await assertTaken(subject, bucketOf("a", 4), now, { allowed: false });
    await assertTaken(subject, bucketOf("a", 10), now, { allowed: true, remaining: 5 });
    assertEqual(await countAllowed(subject, [bucketOf("a", 10)], atOnce(10, now)), 5);
  },
  "CORE-64 a lowered limit: holds from the next call": async ({ subject }) => {
    const now = Date.now();
    await assertTaken(subject, bucketOf("a", 10), now, { cost: 3, allowed: true, remaining: 7 });
    await assertTaken(subject, bucketOf("a", 5), now, { allowed: true, remaining: 1 });
    assertEqual(await countAllowed(subject, [bucketOf("a", 5)], atOnce(10, now)), 1);
  },
  "CORE-64 a limit lowered below what is spent: nothing remains, not less than nothing": async ({
    subject,
  }) => {
    const now = Date.now();
    await assertTaken(subject, bucketOf("a", 10), now, { cost: 6, allowed: true });
    await assertTaken(subject, bucketOf("a", 4), now, { allowed: false, remaining: 0 });
    await assertTaken(subject, bucketOf("a", 10), now, { cost: 4, allowed: true, remaining: 0 });
  },
};
