import { describe, expect, test } from "vitest";
import type { KeyStore, StoredKeySet } from "../../src/ports/key-store.ts";
import { keyStoreConformance } from "../../src/testing/key-store-conformance.ts";
import { failuresOf } from "./failures-of.ts";

/** The parts of a plain store, each of which a fault may replace. */
interface Parts {
  readonly first: StoredKeySet;
  holds(asked: StoredKeySet, stored: StoredKeySet): boolean;
  next(asked: StoredKeySet, stored: StoredKeySet): StoredKeySet;
  answer(isStored: boolean): boolean;
  read(stored: StoredKeySet): StoredKeySet;
  /** What lies between the look at the revision and the write. */
  between(): Promise<void>;
}

const sound: Parts = {
  first: { revision: 0, document: "" },
  holds: (asked, stored) => asked.revision === stored.revision,
  next: ({ revision, document }) => ({ revision: revision + 1, document }),
  answer: (isStored) => isStored,
  read: (stored) => stored,
  between: () => Promise.resolve(),
};

function plainStore(fault: Partial<Parts> = {}): KeyStore {
  const parts = { ...sound, ...fault };
  let stored = parts.first;
  return {
    signingKeys: async () => parts.read(stored),
    async replaceSigningKeys(asked) {
      const isStored = parts.holds(asked, stored);
      if (fault.between !== undefined) await parts.between();
      if (isStored) stored = parts.next(asked, stored);
      return parts.answer(isStored);
    },
  };
}

const failures = (create: () => { subject: KeyStore; peer?: KeyStore }) =>
  failuresOf((runner) => keyStoreConformance(runner, { create }));

const changed = (change: (document: string) => string): Partial<Parts> => ({
  next: ({ revision, document }) => ({ revision: revision + 1, document: change(document) }),
});

const EMPTY = "an empty store is at revision 0, and its document is empty";
const EACH = "each replacement counts one more, and both instances see it at once";
const OTHER = "another revision than the stored one replaces nothing";
const SAME = "the same document once more is a replacement, too";
const BYTES = "a document comes back to the byte, whatever is in it";
const LONG = "a document of 256 KiB comes back to the byte, of one-byte characters or of four";
const READ = "what was read does not change with what is stored later";
const FIRST = "of thirty that make the first keys at once exactly one does, and its keys stay";
const RACE = "of thirty that replace one revision at once exactly one does, and its keys stay";
const COUNT = "twelve that read, count and replace at once lose no count";

const faults: readonly (readonly [fault: string, caught: string, part: Partial<Parts>])[] = [
  ["begins at revision 1", EMPTY, { first: { revision: 1, document: "" } }],
  ["begins with an empty object", EMPTY, { first: { revision: 0, document: "{}" } }],
  ["counts by two", EACH, { next: (asked) => ({ ...asked, revision: asked.revision + 2 }) }],
  ["does not count", EACH, { next: (asked) => asked }],
  [
    "replaces older revisions",
    OTHER,
    { holds: (asked, stored) => asked.revision <= stored.revision },
  ],
  [
    "replaces revisions to come",
    OTHER,
    { holds: (asked, stored) => asked.revision >= stored.revision },
  ],
  [
    "makes first keys again and again",
    OTHER,
    { holds: (asked, stored) => asked.revision === 0 || sound.holds(asked, stored) },
  ],
  ["says that it did what it did not", OTHER, { answer: () => true }],
  ["says that it did not", EACH, { answer: () => false }],
  ["trims", BYTES, changed((document) => document.trim())],
  [
    "writes JSON in its own way",
    BYTES,
    changed((document) => JSON.stringify(JSON.parse(document))),
  ],
  ["changes the ends of lines", BYTES, changed((document) => document.replaceAll("\r\n", "\n"))],
  [
    "knows three bytes a character",
    BYTES,
    changed((document) => document.replace(/[\u{10000}-\u{10ffff}]/gu, "?")),
  ],
  ["cuts at 64 KiB", LONG, changed((document) => document.slice(0, 65_535))],
  [
    "counts characters for bytes",
    LONG,
    changed((document) =>
      Buffer.byteLength(document) > 200_000 && document.startsWith("🗝") ? "" : document,
    ),
  ],
  [
    "looks, waits and writes",
    FIRST,
    { between: () => new Promise((resolve) => setTimeout(resolve, 1)) },
  ],
  [
    "looks, waits and writes",
    RACE,
    { between: () => new Promise((resolve) => setTimeout(resolve, 1)) },
  ],
  [
    "looks, waits and writes",
    COUNT,
    { between: () => new Promise((resolve) => setTimeout(resolve, 1)) },
  ],
];

describe("the key store suite", () => {
  test("passes a sound store of another make", async () => {
    expect(await failures(() => ({ subject: plainStore() }))).toStrictEqual([]);
  });

  test.each(faults)("fails a store that %s: %s", async (_, caught, part) => {
    expect(await failures(() => ({ subject: plainStore(part) }))).toContain(caught);
  });

  test("fails a store that leaves the same document as it is", async () => {
    let last: string | undefined;
    const part: Partial<Parts> = {
      holds: (asked, stored) => sound.holds(asked, stored) && asked.document !== last,
      next(asked) {
        last = asked.document;
        return { ...asked, revision: asked.revision + 1 };
      },
    };
    const create = () => {
      last = undefined;
      return { subject: plainStore(part) };
    };
    expect(await failures(create)).toContain(SAME);
  });

  test("fails a store that hands out what it changes later", async () => {
    const create = () => {
      const kept = { revision: 0, document: "" };
      const next = (asked: StoredKeySet) =>
        Object.assign(kept, { revision: asked.revision + 1, document: asked.document });
      return { subject: plainStore({ first: kept, next }) };
    };
    expect(await failures(create)).toContain(READ);
  });

  test("runs over both instances", async () => {
    const create = () => ({ subject: plainStore(), peer: plainStore() });
    expect(await failures(create)).toEqual(
      expect.arrayContaining([EACH, OTHER, BYTES, FIRST, COUNT]),
    );
  });
});
