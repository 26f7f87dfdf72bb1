import type { ReplayStore } from "../ports/replay-store.ts";
import { assertDeepEqual, assertEqual, assertTrue } from "./assert.ts";
import { type CaseContext, type Cases, type ConformanceOptions, registerCases } from "./cases.ts";
import { jitter } from "./repository/samples.ts";
import type { Runner, Skips } from "./runner.ts";

/** What {@link replayStoreConformance} needs of an implementation. */
export interface ReplayStoreConformanceOptions extends ConformanceOptions<ReplayStore> {
  /**
   * Whose clock the store goes by. Default `"caller"`: the `now` that is given. With `"store"` the cases that move the time are
   * registered as not provided, because nobody can move it.
   */
  readonly clock?: "caller" | "store";
}

const MINUTE_MS = 60_000;

/** Longer than any store takes to forget on a loaded machine: it is waited for only when it does not. */
const FORGOTTEN_MS = 5000;

function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}

/** Waits, on whoever's clock, until a key is forgotten. */
async function assertForgets(store: ReplayStore, key: string): Promise<void> {
  const deadline = Date.now() + FORGOTTEN_MS;
  while (await store.has(key, Date.now())) {
    assertTrue(Date.now() < deadline, `${key} is remembered long after its time`);
    await pause(5);
  }
}

/** Adds a key of both instances at once, many times over; answers how often it was new. */
async function race({ subject, peer }: CaseContext<ReplayStore>, key: string): Promise<number> {
  const tries = Array.from({ length: 40 }, async (_, index) => {
    await jitter();
    return (index % 2 === 0 ? subject : peer).add(key, MINUTE_MS, Date.now());
  });
  return (await Promise.all(tries)).filter(Boolean).length;
}

const remembering: Cases<ReplayStore> = {
  "a key is added once, and both instances remember it at once": async ({ subject, peer }) => {
    const now = Date.now();
    assertEqual(await subject.add("a", MINUTE_MS, now), true, "the first time");
    assertEqual(await peer.has("a", now), true, "remembered");
    assertEqual(await peer.add("a", MINUTE_MS, now), false, "the second time");
    assertEqual(await subject.add("a", MINUTE_MS, now), false, "the third time");
  },

  "to ask for a key does not add it": async ({ subject, peer }) => {
    const now = Date.now();
    assertEqual(await subject.has("a", now), false);
    assertEqual(await peer.has("a", now), false);
    assertEqual(await subject.add("a", MINUTE_MS, now), true);
  },

  "keys are told apart to the letter": async ({ subject, peer }) => {
    const now = Date.now();
    const keys = ["a", "A", "a ", "b", "ab", "a:b", "ä", "a\u0308", "-_", "_-", "k".repeat(200)];
    for (const key of keys) assertEqual(await subject.add(key, MINUTE_MS, now), true, key);
    for (const key of keys) assertEqual(await peer.add(key, MINUTE_MS, now), false, key);
    assertEqual(await peer.has("k".repeat(199), now), false, "one letter less");
  },

  "a thousand keys are remembered beside each other": async ({ subject, peer }) => {
    const now = Date.now();
    const keys = Array.from({ length: 1000 }, (_, index) => `key ${index}`);
    await Promise.all(keys.map((key) => subject.add(key, MINUTE_MS, now)));
    const forgotten: string[] = [];
    for (const key of keys) if (!(await peer.has(key, now))) forgotten.push(key);
    assertDeepEqual(forgotten, []);
  },

  "a key may be remembered for years": async ({ subject }) => {
    const now = Date.now();
    assertEqual(await subject.add("a", 10 * 366 * 1440 * MINUTE_MS, now), true);
    assertEqual(await subject.has("a", now), true);
  },
};

const forgetting: Cases<ReplayStore> = {
  "a key is forgotten soon after its time, and can be added again": async ({ subject, peer }) => {
    await subject.add("a", 20, Date.now());
    await subject.add("b", MINUTE_MS, Date.now());
    await assertForgets(peer, "a");
    assertEqual(await subject.has("b", Date.now()), true, "another key");
    assertEqual(await peer.add("a", MINUTE_MS, Date.now()), true, "again");
    assertEqual(await subject.add("a", MINUTE_MS, Date.now()), false, "and again");
  },

  "the shortest time is a millisecond": async ({ subject }) => {
    assertEqual(await subject.add("a", 1, Date.now()), true);
    await assertForgets(subject, "a");
  },

  "a refused use makes the time no longer": async ({ subject, peer }) => {
    await subject.add("a", 500, Date.now());
    assertEqual(await peer.add("a", MINUTE_MS, Date.now()), false);
    await assertForgets(subject, "a");
  },

  "a refused use makes the time no shorter": async ({ subject, peer }) => {
    await subject.add("a", MINUTE_MS, Date.now());
    assertEqual(await peer.add("a", 1, Date.now()), false);
    await pause(20);
    assertEqual(await subject.has("a", Date.now()), true);
  },
};

const races: Cases<ReplayStore> = {
  "of forty that add a key at once exactly one is told that it is new": async (context) => {
    for (const key of ["a", "b", "c"]) assertEqual(await race(context, key), 1, key);
  },

  "of forty that add a forgotten key at once exactly one is told that it is new": async (
    context,
  ) => {
    await context.subject.add("a", 1, Date.now());
    await assertForgets(context.subject, "a");
    assertEqual(await race(context, "a"), 1);
  },

  "races for many keys do not disturb each other": async (context) => {
    const keys = Array.from({ length: 10 }, (_, index) => `key ${index}`);
    const added = await Promise.all(keys.map((key) => race(context, key)));
    assertDeepEqual(
      added,
      keys.map(() => 1),
    );
  },
};

const clock: Cases<ReplayStore> = {
  "a key is remembered to the last millisecond of its time, and no longer": async ({
    subject,
    peer,
  }) => {
    const now = Date.now();
    await subject.add("a", MINUTE_MS, now);
    assertEqual(await peer.has("a", now + MINUTE_MS - 1), true, "in its last millisecond");
    assertEqual(await peer.add("a", 1, now + MINUTE_MS - 1), false, "in its last millisecond");
    assertEqual(await peer.has("a", now + MINUTE_MS), false, "after it");
    assertEqual(await peer.add("a", MINUTE_MS, now + MINUTE_MS), true, "after it");
    assertEqual(await subject.has("a", now + 2 * MINUTE_MS - 1), true, "the second time");
  },

  "a clock that steps back forgets nothing": async ({ subject }) => {
    const now = Date.now();
    await subject.add("a", MINUTE_MS, now);
    assertEqual(await subject.has("a", now - 10 * MINUTE_MS), true);
    assertEqual(await subject.add("a", MINUTE_MS, now - 10 * MINUTE_MS), false);
  },
};

/**
 * Registers the cases that a {@link ReplayStore} passes when it keeps the guarantees of the port.
 *
 * Each case has a store of its own from `create`, empty. Where `create` gives a `peer` (another connection or process over the same data),
 * the races run over both. Throws TypeError when `skip` names no case.
 *
 * @example
 * import { describe, test } from "vitest";
 * replayStoreConformance({ describe, test }, { create: () => ({ subject: myReplays() }) });
 */
export function replayStoreConformance(
  runner: Runner,
  options: ReplayStoreConformanceOptions,
): void {
  const { clock: whose = "caller", skip } = options;
  registerCases(
    runner,
    "replay store",
    { remembering, forgetting, races, clock },
    { ...options, skip: whose === "store" ? { ...timedSkips(), ...skip } : (skip ?? {}) },
  );
}

function timedSkips(): Skips {
  const reason = "the store goes by its own clock, which cannot be moved";
  return Object.fromEntries(Object.keys(clock).map((name) => [name, reason]));
}
