import type { KeyStore, StoredKeySet } from "../ports/key-store.ts";
import { assertDeepEqual, assertEqual, assertTrue } from "./assert.ts";
import { type CaseContext, type Cases, type ConformanceOptions, registerCases } from "./cases.ts";
import { jitter } from "./repository/samples.ts";
import type { Runner } from "./runner.ts";

const LONGEST_BYTES = 256 * 1024;

/** Of twelve who replace at once one succeeds each time. */
const MOST_TRIES = 100;

async function assertStored(store: KeyStore, expected: StoredKeySet): Promise<void> {
  const { revision, document } = await store.signingKeys();
  assertDeepEqual(
    { revision, document: excerpt(document) },
    { ...expected, document: excerpt(expected.document) },
  );
  assertTrue(document === expected.document, "the document came back changed");
}

/** What a reader of a failed test wants to see of it. */
function excerpt(document: string): string {
  return document.length > 100 ? `${document.slice(0, 50)}…${document.slice(-50)}` : document;
}

/** Replaces a revision of both instances at once, many times over; answers with the documents of those that were told that they did. */
async function race(
  { subject, peer }: CaseContext<KeyStore>,
  revision: number,
): Promise<readonly string[]> {
  const tries = Array.from({ length: 30 }, async (_, index) => {
    await jitter();
    const document = `"${revision} by ${index}"`;
    const store = index % 2 === 0 ? subject : peer;
    return (await store.replaceSigningKeys({ revision, document })) ? [document] : [];
  });
  return (await Promise.all(tries)).flat();
}

/** Adds one to the number in the document, however often others come first. */
async function count(store: KeyStore): Promise<void> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const { revision, document } = await store.signingKeys();
    const next = { revision, document: String(Number(document) + 1) };
    if (await store.replaceSigningKeys(next)) return;
    await jitter();
  }
  throw new Error("nothing could be replaced, however often it was tried");
}

const replacing: Cases<KeyStore> = {
  "an empty store is at revision 0, and its document is empty": async ({ subject }) => {
    await assertStored(subject, { revision: 0, document: "" });
  },

  "each replacement counts one more, and both instances see it at once": async ({
    subject,
    peer,
  }) => {
    for (const [revision, store] of [subject, peer, subject].entries()) {
      const document = `{"at":${revision}}`;
      assertEqual(await store.replaceSigningKeys({ revision, document }), true);
      await assertStored(subject, { revision: revision + 1, document });
      await assertStored(peer, { revision: revision + 1, document });
    }
  },

  "another revision than the stored one replaces nothing": async ({ subject, peer }) => {
    const replace = (revision: number) =>
      peer.replaceSigningKeys({ revision, document: `"wrong"` });
    assertEqual(await replace(1), false, "revision 1 of an empty store");
    await assertStored(subject, { revision: 0, document: "" });
    await subject.replaceSigningKeys({ revision: 0, document: `"first"` });
    await subject.replaceSigningKeys({ revision: 1, document: `"second"` });
    for (const revision of [0, 1, 3]) {
      assertEqual(await replace(revision), false, `revision ${revision} of 2`);
      await assertStored(subject, { revision: 2, document: `"second"` });
    }
  },

  "the same document once more is a replacement, too": async ({ subject }) => {
    for (const revision of [0, 1, 2]) {
      assertEqual(await subject.replaceSigningKeys({ revision, document: "{}" }), true);
    }
    await assertStored(subject, { revision: 3, document: "{}" });
  },
};

const documents: Cases<KeyStore> = {
  "a document comes back to the byte, whatever is in it": async ({ subject, peer }) => {
    const document = `  {"b":1, "a":1.0,"a":"Zoë Ω 🗝️ \\u0000 \\n '\\"\\\\ %_$1 :x ?"}\r\n\t `;
    await subject.replaceSigningKeys({ revision: 0, document });
    await assertStored(peer, { revision: 1, document });
  },

  "a document of 256 KiB comes back to the byte, of one-byte characters or of four": async ({
    subject,
    peer,
  }) => {
    const ascii = "0123456789abcdef".repeat(LONGEST_BYTES / 16);
    await subject.replaceSigningKeys({ revision: 0, document: ascii });
    await assertStored(peer, { revision: 1, document: ascii });
    const keys = "🗝".repeat(LONGEST_BYTES / 4);
    await subject.replaceSigningKeys({ revision: 1, document: keys });
    await assertStored(peer, { revision: 2, document: keys });
  },

  "what was read does not change with what is stored later": async ({ subject }) => {
    await subject.replaceSigningKeys({ revision: 0, document: `"first"` });
    const read = await subject.signingKeys();
    await subject.replaceSigningKeys({ revision: 1, document: `"second"` });
    assertEqual(read.revision, 1);
    assertEqual(read.document, `"first"`);
  },
};

const races: Cases<KeyStore> = {
  "of thirty that make the first keys at once exactly one does, and its keys stay": async (
    context,
  ) => {
    const winners = await race(context, 0);
    assertEqual(winners.length, 1, "how many were told that they did");
    await assertStored(context.peer, { revision: 1, document: winners[0] ?? "" });
  },

  "of thirty that replace one revision at once exactly one does, and its keys stay": async (
    context,
  ) => {
    await context.subject.replaceSigningKeys({ revision: 0, document: "{}" });
    for (const revision of [1, 2]) {
      const winners = await race(context, revision);
      assertEqual(winners.length, 1, "how many were told that they did");
      await assertStored(context.peer, { revision: revision + 1, document: winners[0] ?? "" });
    }
  },

  "twelve that read, count and replace at once lose no count": async ({ subject, peer }) => {
    await Promise.all(
      Array.from({ length: 12 }, (_, index) => count(index % 2 === 0 ? subject : peer)),
    );
    await assertStored(subject, { revision: 12, document: "12" });
  },
};

/**
 * Registers the cases that a {@link KeyStore} passes when it keeps the guarantees of the port.
 *
 * Each case has a store of its own from `create`, empty. Where `create` gives a `peer` (another connection or process over the same data),
 * the races run over both. That a replacement is durable cannot be seen from here. Throws TypeError when `skip` names no case.
 *
 * @example
 * import { describe, test } from "vitest";
 * keyStoreConformance({ describe, test }, { create: () => ({ subject: myKeyStore() }) });
 */
export function keyStoreConformance(runner: Runner, options: ConformanceOptions<KeyStore>): void {
  registerCases(runner, "key store", { replacing, documents, races }, options);
}
