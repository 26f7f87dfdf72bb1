import type { Bucket, BudgetStore, Taken } from "../../ports/budget-store.ts";
import { assertEqual, assertTrue } from "../assert.ts";

export const minuteMs = 60_000;
/** Long against the run of a case: where the store has its own clock, nothing may refill in between. */
export const dayMs = 86_400_000;

export function bucketOf(key: string, limit: number, windowMs: number = dayMs): Bucket {
  return { key, limit, windowMs };
}

/** Takes one after the other and counts those that were allowed. */
export async function countAllowed(
  store: BudgetStore,
  buckets: readonly Bucket[],
  times: readonly number[],
): Promise<number> {
  let allowed = 0;
  for (const now of times) if ((await store.take(buckets, 1, now)).allowed) allowed++;
  return allowed;
}

/** So many times at the same instant. */
export function atOnce(count: number, now: number): number[] {
  return Array<number>(count).fill(now);
}

export async function drain(store: BudgetStore, bucket: Bucket, now: number): Promise<void> {
  const { allowed } = await store.take([bucket], bucket.limit, now);
  assertTrue(allowed, `a fresh budget of ${bucket.limit} must admit a cost of ${bucket.limit}`);
}

export async function assertTaken(
  store: BudgetStore,
  bucket: Bucket,
  now: number,
  expected: { readonly cost?: number; readonly allowed: boolean; readonly remaining?: number },
): Promise<Taken> {
  const { cost = 1, allowed, remaining } = expected;
  const taken = await store.take([bucket], cost, now);
  assertEqual(taken.allowed, allowed, `allowed, of a cost of ${cost}`);
  if (remaining !== undefined) assertEqual(taken.states[0]?.remaining, remaining, "remaining");
  return taken;
}
