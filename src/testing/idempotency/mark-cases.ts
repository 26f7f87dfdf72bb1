import type { IdempotencyStore } from "../../ports/idempotency-store.ts";
import { assertTrue } from "../assert.ts";
import type { Cases } from "../cases.ts";
import { sampleHash } from "../repository/samples.ts";
import { assertBegins, assertKnown, begin, fingerprintOf, KEY } from "./marks.ts";

const LONGEST_BYTES = 64 * 1024;

const OTHER = sampleHash();

export const beginning: Cases<IdempotencyStore> = {
  "a request is begun once, and both instances know it at once": async ({ subject, peer }) => {
    await assertBegins(subject, { fingerprint: fingerprintOf(1) });
    for (const store of [peer, subject, peer])
      await assertKnown(store, { fingerprint: fingerprintOf(1) });
  },

  "keys that differ in one character are of different requests": async ({ subject, peer }) => {
    const keys = [KEY, `0${KEY.slice(1)}`, `${KEY.slice(0, -1)}${KEY.endsWith("0") ? "1" : "0"}`];
    for (const [index, key] of keys.entries())
      await assertBegins(subject, { key, fingerprint: fingerprintOf(index) }, key);
    for (const [index, key] of keys.entries())
      await assertKnown(peer, { key, fingerprint: fingerprintOf(index) }, key);
  },

  "fingerprints come back to the character": async ({ subject, peer }) => {
    const fingerprints = ["a", "A", "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", "f".repeat(255)];
    for (const fingerprint of fingerprints) {
      const key = sampleHash();
      await assertBegins(subject, { key, fingerprint }, fingerprint);
      await assertKnown(peer, { key, fingerprint }, fingerprint);
    }
  },

  "a thousand requests are known beside each other": async ({ subject, peer }) => {
    const keys = Array.from({ length: 1000 }, sampleHash);
    const request = (index: number) => ({ fingerprint: fingerprintOf(index) });
    await Promise.all(keys.map((key, index) => assertBegins(subject, { key, ...request(index) })));
    for (const [index, key] of keys.entries()) await assertKnown(peer, { key, ...request(index) });
  },
};

export const finishing: Cases<IdempotencyStore> = {
  "what a request came to is known to both instances at once": async ({ subject, peer }) => {
    await assertBegins(subject);
    await peer.finishRequest(KEY, "token-1");
    for (const store of [subject, peer]) await assertKnown(store, { result: "token-1" });
  },

  "nothing is a result, too": async ({ subject, peer }) => {
    await assertBegins(subject);
    await subject.finishRequest(KEY, "");
    await assertKnown(peer, { result: "" });
  },

  "a result comes back to the byte, whatever is in it": async ({ subject, peer }) => {
    const result = `  {"b":1, "a":1.0,"a":"Zoë Ω 🗝️ \\u0000 \\n '\\"\\\\ %_$1 :x ?\u0001\u007f"}\r\n\t `;
    await assertBegins(subject);
    await subject.finishRequest(KEY, result);
    await assertKnown(peer, { result });
  },

  "a result of 64 KiB comes back to the byte, of one-byte characters or of four": async ({
    subject,
    peer,
  }) => {
    for (const characters of ["0123456789abcdef", "🗝🗝🗝🗝"]) {
      const key = sampleHash();
      const result = characters.repeat(LONGEST_BYTES / 16);
      await assertBegins(subject, { key });
      await subject.finishRequest(key, result);
      const known = await begin(peer, { key });
      // Not by a comparison that prints both.
      const isSame = known.state === "known" && known.result === result;
      assertTrue(isSame, `64 KiB of ${characters} came back changed`);
    }
  },

  "what one request came to says nothing of another": async ({ subject, peer }) => {
    await assertBegins(subject);
    await assertBegins(subject, { key: OTHER });
    await subject.finishRequest(OTHER, "token-1");
    await assertKnown(peer);
    await assertKnown(peer, { key: OTHER, result: "token-1" });
  },

  "what is finished is not finished anew": async ({ subject, peer }) => {
    await assertBegins(subject);
    await subject.finishRequest(KEY, "token-1");
    for (const store of [subject, peer]) {
      await store.finishRequest(KEY, "token-2");
      await assertKnown(store, { result: "token-1" });
    }
  },

  "of what was not begun no result is kept": async ({ subject, peer }) => {
    await subject.finishRequest(KEY, "token-1");
    await assertBegins(peer);
    await assertKnown(subject);
  },
};

export const forgetting: Cases<IdempotencyStore> = {
  "a request that was forgotten can be begun again, by either instance": async ({
    subject,
    peer,
  }) => {
    for (const [index, store] of [subject, peer, subject].entries()) {
      await assertBegins(store, { fingerprint: fingerprintOf(index) });
      await assertKnown(peer, { fingerprint: fingerprintOf(index) });
      await peer.forgetRequest(KEY);
    }
    await assertBegins(peer);
  },

  "to forget what was not begun, or to forget it twice, does nothing": async ({
    subject,
    peer,
  }) => {
    await subject.forgetRequest(KEY);
    await assertBegins(subject);
    await subject.forgetRequest(KEY);
    await peer.forgetRequest(KEY);
    await assertBegins(peer);
  },

  "to forget one request forgets no other": async ({ subject, peer }) => {
    await assertBegins(subject);
    await assertBegins(subject, { key: OTHER });
    await subject.forgetRequest(KEY);
    await assertKnown(peer, { key: OTHER });
  },

  "what is finished is not forgotten": async ({ subject, peer }) => {
    await assertBegins(subject);
    await subject.finishRequest(KEY, "");
    for (const store of [subject, peer]) {
      await store.forgetRequest(KEY);
      await assertKnown(store, { result: "" });
    }
  },

  "of what was forgotten no result is kept": async ({ subject, peer }) => {
    await assertBegins(subject);
    await subject.forgetRequest(KEY);
    await subject.finishRequest(KEY, "token-1");
    await assertBegins(peer);
    await assertKnown(subject);
  },
};
