import type { BegunRequest, IdempotencyStore } from "../../ports/idempotency-store.ts";
import { assertDeepEqual, assertEqual, assertTrue } from "../assert.ts";
import type { CaseContext, Cases } from "../cases.ts";
import { jitter, NOW, sampleHash } from "../repository/samples.ts";
import { assertBegins, assertKnown, atOnce, begin, fingerprintOf, KEY } from "./marks.ts";

/** How often who waits for its turn asks: twelve have theirs, one after the other. */
const MOST_TRIES = 1000;

/** Begins a request twenty times at once; fails unless one has begun it, and all others know it as that one's. */
async function race(
  context: CaseContext<IdempotencyStore>,
  { key = KEY, now = NOW }: { readonly key?: string; readonly now?: number } = {},
): Promise<void> {
  const answers = await atOnce(20, context, (store, index) =>
    begin(store, { key, now, fingerprint: fingerprintOf(index) }),
  );
  const winners = answers.flatMap(({ state }, index) => (state === "begun" ? [index] : []));
  assertEqual(winners.length, 1, "how many have begun it");
  const fingerprint = fingerprintOf(winners[0] ?? 0);
  const known: BegunRequest = { state: "known", fingerprint, result: null };
  for (const answer of answers) if (answer.state === "known") assertDeepEqual(answer, known);
  await assertKnown(context.peer, { key, now, fingerprint });
}

/** Begins a request as soon as nobody else has, and has it forgotten; fails where it had another for company. */
async function takeTurn(store: IdempotencyStore, busy: Set<number>, index: number): Promise<void> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const { state } = await begin(store, { fingerprint: fingerprintOf(index) });
    if (state === "begun") {
      busy.add(index);
      await jitter();
      assertEqual(busy.size, 1, "how many have begun it");
      busy.delete(index);
      await store.forgetRequest(KEY);
      return;
    }
    await jitter();
  }
  throw new Error("it could not be begun, however often it was tried");
}

export const races: Cases<IdempotencyStore> = {
  "of twenty that begin a request at once exactly one has begun it": (context) => race(context),

  "of twenty that begin a request at once whose time is over exactly one has begun it": async (
    context,
  ) => {
    await assertBegins(context.subject, { until: NOW + 1 });
    await context.subject.finishRequest(KEY, "token-1");
    await race(context, { now: NOW + 1 });
  },

  "of twenty that begin a forgotten request at once exactly one has begun it": async (context) => {
    await assertBegins(context.subject);
    await context.subject.forgetRequest(KEY);
    await race(context);
  },

  "races for many requests do not disturb each other, nor the end of what is over": async (
    context,
  ) => {
    const old = Array.from({ length: 50 }, sampleHash);
    await Promise.all(old.map((key) => assertBegins(context.subject, { key, until: NOW + 1 })));
    const keys = Array.from({ length: 10 }, sampleHash);
    await Promise.all(keys.map((key) => race(context, { key, now: NOW + 1 })));
  },

  "of twelve that begin and forget in turn no two have begun at one time": async (context) => {
    const busy = new Set<number>();
    await atOnce(12, context, (store, index) => takeTurn(store, busy, index));
    await assertBegins(context.peer);
  },

  "of twenty results at once one is kept": async (context) => {
    await assertBegins(context.subject);
    await atOnce(20, context, async (store, index) => {
      await store.finishRequest(KEY, `token-${index}`);
    });
    const known = await begin(context.subject);
    assertTrue(known.state === "known" && known.result !== null, "a result is kept");
    await assertKnown(context.peer, { result: known.result });
  },
};
