import type { IdempotencyStore } from "../../ports/idempotency-store.ts";
import type { Cases } from "../cases.ts";
import { DAY_MS, NOW, sampleHash } from "../repository/samples.ts";
import { assertBegins, assertKnown, fingerprintOf, KEY } from "./marks.ts";

const END = NOW + DAY_MS;

export const time: Cases<IdempotencyStore> = {
  "a request is known to the last millisecond of its time, and no longer": async ({
    subject,
    peer,
  }) => {
    await assertBegins(subject, { fingerprint: fingerprintOf(1) });
    await assertKnown(peer, { fingerprint: fingerprintOf(1), now: END - 1 });
    await assertBegins(peer, { fingerprint: fingerprintOf(2), now: END });
    await assertKnown(subject, { fingerprint: fingerprintOf(2), now: END });
    await assertKnown(subject, { fingerprint: fingerprintOf(2), now: END + DAY_MS - 1 });
    await assertBegins(subject, { now: END + DAY_MS });
  },

  "what is begun again after its time has no result": async ({ subject, peer }) => {
    await assertBegins(subject);
    await subject.finishRequest(KEY, "token-1");
    await assertKnown(peer, { result: "token-1", now: END - 1 });
    await assertBegins(peer, { now: END });
    await assertKnown(subject, { now: END });
    await subject.finishRequest(KEY, "token-2");
    await assertKnown(peer, { result: "token-2", now: END });
  },

  "the shortest time is a millisecond, and a long one years": async ({ subject }) => {
    await assertBegins(subject, { until: NOW + 1 });
    await assertKnown(subject);
    await assertBegins(subject, { now: NOW + 1, until: NOW + 3660 * DAY_MS });
    await assertKnown(subject, { now: NOW + 3660 * DAY_MS - 1 });
  },

  "a repeat makes the time neither longer nor shorter": async ({ subject, peer }) => {
    await assertBegins(subject);
    await assertKnown(peer, { until: NOW + 9 * DAY_MS });
    await assertKnown(peer, { until: NOW + 1 });
    await assertKnown(peer, { now: END - 1 });
    await assertBegins(subject, { now: END });
  },

  "the end of a request makes its time neither longer nor shorter": async ({ subject, peer }) => {
    await assertBegins(subject);
    await subject.finishRequest(KEY, "token-1");
    await assertKnown(peer, { result: "token-1", now: END - 1 });
    await assertBegins(peer, { now: END });
  },

  "a clock that steps back forgets nothing": async ({ subject, peer }) => {
    await assertBegins(subject);
    await assertKnown(peer, { now: NOW - 30 * DAY_MS });
    await assertKnown(subject, { now: END - 1 });
  },

  "what is over is in nobody's way, and what is not is known among it": async ({
    subject,
    peer,
  }) => {
    const old = Array.from({ length: 60 }, sampleHash);
    const living = Array.from({ length: 20 }, sampleHash);
    await Promise.all(old.map((key) => assertBegins(subject, { key, until: END })));
    await Promise.all(living.map((key) => assertBegins(peer, { key, until: END + 1 })));
    const again = old.splice(-20);
    for (const key of again) await assertBegins(peer, { key, now: END });
    for (let each = 0; each < 20; each += 1)
      await assertBegins(subject, { key: sampleHash(), now: END });
    for (const key of [...living, ...again]) await assertKnown(peer, { key, now: END });
    for (const key of old) await assertBegins(peer, { key, now: END });
  },
};
