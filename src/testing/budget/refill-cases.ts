import type { BudgetStore } from "../../ports/budget-store.ts";
import { assertEqual, assertTrue } from "../assert.ts";
import type { Cases } from "../cases.ts";
import { assertTaken, atOnce, bucketOf, countAllowed, drain, minuteMs } from "./takes.ts";

/** Limits and windows that divide evenly, and that do not. */
const rates: readonly (readonly [limit: number, windowMs: number])[] = [
  [1, minuteMs],
  [7, minuteMs],
  [10, 1000],
  [13, 1000],
  [97, minuteMs],
];

/** The instants, in whole milliseconds, at which a client calls that makes so many calls a window, for ten windows. */
function callsAt(callsPerWindow: number, windowMs: number, startMs: number): number[] {
  return Array.from(
    { length: callsPerWindow * 10 },
    (_, index) => startMs + Math.ceil(((index + 1) * windowMs) / callsPerWindow),
  );
}

export const refillCases: Cases<BudgetStore> = {
  "a spent budget: fills one by one, evenly": async ({ subject }) => {
    const now = Date.now();
    const bucket = bucketOf("a", 10, minuteMs);
    await drain(subject, bucket, now);
    for (let filledMs = 6000; filledMs <= minuteMs; filledMs += 6000) {
      await assertTaken(subject, bucket, now + filledMs - 1, { allowed: false, remaining: 0 });
      await assertTaken(subject, bucket, now + filledMs, { allowed: true, remaining: 0 });
    }
  },
  "a long idle budget: is full and no more than that": async ({ subject }) => {
    const now = Date.now();
    const bucket = bucketOf("a", 10, minuteMs);
    await drain(subject, bucket, now);
    for (const later of [now + minuteMs, now + 1000 * minuteMs]) {
      assertEqual(await countAllowed(subject, [bucket], atOnce(15, later)), 10);
    }
  },
  "a steady client at its rate: is never refused, though its budget is spent": async ({
    subject,
  }) => {
    const now = Date.now();
    for (const [limit, windowMs] of rates) {
      const bucket = bucketOf(`${limit} in ${windowMs}`, limit, windowMs);
      await drain(subject, bucket, now);
      const times = callsAt(limit, windowMs, now);
      assertEqual(await countAllowed(subject, [bucket], times), times.length, bucket.key);
    }
  },
  "a client at twice its rate: gets its rate and one burst, within 1 %": async ({ subject }) => {
    const now = Date.now();
    for (const [limit, windowMs] of rates) {
      const bucket = bucketOf(`${limit} in ${windowMs}`, limit, windowMs);
      const allowed = await countAllowed(subject, [bucket], callsAt(limit * 2, windowMs, now));
      const expected = limit * 11;
      const near = Math.abs(allowed - expected) <= Math.max(1, expected / 100);
      assertTrue(near, `${bucket.key}: expected about ${expected} admitted, got ${allowed}`);
    }
  },
  "retryAfterMs: refused a millisecond before, admitted then": async ({ subject }) => {
    const now = Date.now();
    for (const [limit, windowMs] of rates) {
      const bucket = bucketOf(`${limit} in ${windowMs}`, limit, windowMs);
      const cost = Math.ceil(limit / 3);
      await drain(subject, bucket, now);
      const { retryAfterMs } = await assertTaken(subject, bucket, now, { cost, allowed: false });
      const expectedMs = Math.ceil((cost * windowMs) / limit);
      assertEqual(retryAfterMs, expectedMs, "retryAfterMs");
      const then = now + expectedMs;
      await assertTaken(subject, bucket, then - 1, { cost, allowed: false });
      await assertTaken(subject, bucket, then, { cost, allowed: true });
    }
  },
  "retryAfterMs of several buckets: when the cost fits into the last of them": async ({
    subject,
  }) => {
    const now = Date.now();
    const buckets = [bucketOf("fast", 10, 1000), bucketOf("slow", 10, minuteMs)];
    await subject.take(buckets, 10, now);
    assertEqual((await subject.take(buckets, 2, now)).retryAfterMs, 12_000);
    assertEqual((await subject.take(buckets, 2, now + 11_999)).allowed, false);
    assertEqual((await subject.take(buckets, 2, now + 12_000)).allowed, true);
  },
  "resetMs: full then, and not a millisecond before": async ({ subject }) => {
    const now = Date.now();
    for (const [limit, windowMs] of rates) {
      const bucket = bucketOf(`${limit} in ${windowMs}`, limit, windowMs);
      const { states } = await assertTaken(subject, bucket, now, { allowed: true });
      assertEqual(states[0]?.resetMs, Math.ceil(windowMs / limit), "resetMs");
      const full = now + Math.ceil(windowMs / limit);
      await assertTaken(subject, bucket, full - 1, { cost: limit, allowed: false });
      await assertTaken(subject, bucket, full, { cost: limit, allowed: true });
    }
  },
  "refusals: do not put off the refill": async ({ subject }) => {
    const now = Date.now();
    const bucket = bucketOf("a", 10, minuteMs);
    await drain(subject, bucket, now);
    const impatient = Array.from({ length: 60 }, (_, index) => now + index * 100);
    assertEqual(await countAllowed(subject, [bucket], impatient), 0);
    await assertTaken(subject, bucket, now + 6000, { allowed: true });
  },
  "a limit of 1,000,000,000: is exact to the unit": async ({ subject }) => {
    const now = Date.now();
    const bucket = bucketOf("a", 1_000_000_000, minuteMs);
    await assertTaken(subject, bucket, now, { cost: 999_999_999, allowed: true, remaining: 1 });
    await assertTaken(subject, bucket, now, { allowed: true, remaining: 0 });
    await assertTaken(subject, bucket, now, { allowed: false });
    const later = now + minuteMs / 2;
    await assertTaken(subject, bucket, later, { cost: 500_000_001, allowed: false });
    await assertTaken(subject, bucket, later, { cost: 500_000_000, allowed: true, remaining: 0 });
  },
  "a lowered limit: refills at its own rate and is full after a window": async ({ subject }) => {
    const now = Date.now();
    await drain(subject, bucketOf("a", 1000, minuteMs), now);
    const lowered = bucketOf("a", 10, minuteMs);
    await assertTaken(subject, lowered, now + 5999, { allowed: false, remaining: 0 });
    await assertTaken(subject, lowered, now + 6000, { allowed: true, remaining: 0 });
    await drain(subject, lowered, now + 6000 + minuteMs);
  },
};

export const clockCases: Cases<BudgetStore> = {
  "a clock less than a window back: grants nothing, and no time twice": async ({ subject }) => {
    const now = Date.now();
    const bucket = bucketOf("a", 10, minuteMs);
    await assertTaken(subject, bucket, now, { cost: 5, allowed: true });
    const back = now - minuteMs / 2;
    await assertTaken(subject, bucket, back, { cost: 6, allowed: false, remaining: 5 });
    await assertTaken(subject, bucket, back, { cost: 5, allowed: true, remaining: 0 });
    await assertTaken(subject, bucket, now + 5999, { allowed: false });
    await assertTaken(subject, bucket, now + 6000, { allowed: true });
    await assertTaken(subject, bucket, now + 6000, { allowed: false });
  },
  "a clock set back by ten windows: grants nothing, and refills from there": async ({
    subject,
  }) => {
    const now = Date.now();
    const bucket = bucketOf("a", 10, minuteMs);
    await drain(subject, bucket, now);
    const back = now - 10 * minuteMs;
    await assertTaken(subject, bucket, back, { allowed: false, remaining: 0 });
    await assertTaken(subject, bucket, back + 5999, { allowed: false });
    await assertTaken(subject, bucket, back + 6000, { allowed: true });
    await drain(subject, bucket, back + 6000 + minuteMs);
  },
};
