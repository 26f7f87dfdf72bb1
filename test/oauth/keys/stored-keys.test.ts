import { describe, expect, it } from "vitest";
import { TokenryError } from "../../../src/errors.ts";
import { memoryRepository } from "../../../src/index.ts";
import { storedKeys } from "../../../src/oauth/keys/stored-keys.ts";
import type { StoredKeysOptions } from "../../../src/oauth/keys/stored-keys-options.ts";
import type { StoredSigningKeys } from "../../../src/oauth/keys/stored-signing-keys.ts";
import { movableClock, START } from "../../support/clock.ts";
import { encryptionKey, TestStore, textOf, thrownBy } from "./samples.ts";

/** Nodes over one store, with one clock. */
function createNodes(changes: Partial<StoredKeysOptions> = {}) {
  const [store, clock] = [new TestStore(), movableClock()];
  const errors: TokenryError[] = [];
  const open = (more: Partial<StoredKeysOptions> = {}) =>
    storedKeys({
      store,
      clock,
      algorithm: "ES256",
      encryptionKeys: [encryptionKey("a")],
      onError: (error) => errors.push(error),
      ...changes,
      ...more,
    });
  return { store, clock, errors, open };
}

const currentKid = async (keys: StoredSigningKeys) => (await keys.current()).kid;
const publishedKids = async (keys: StoredSigningKeys) =>
  (await keys.published()).keys.map(({ kid }) => kid);
const unavailable = expect.objectContaining({ code: "unavailable" });

describe("the first use", () => {
  it("makes a current and a next key, published without what is private", async () => {
    const { store, open } = createNodes();
    const keys = open();
    const { keys: published } = await keys.published();
    expect(published).toHaveLength(2);
    expect(published[0]).toMatchObject({ kty: "EC", alg: "ES256", use: "sig" });
    for (const jwk of published) expect(jwk).not.toHaveProperty("d");
    expect(published[0]?.kid).toBe(await currentKid(keys));
    expect((await keys.current()).privateKey.extractable).toBe(false);
    expect([store.stored.revision, store.encryptedUnder]).toEqual([1, "a"]);
  });

  it("is of RS256 over the repository of the host, unless told otherwise", async () => {
    const keys = storedKeys({ store: memoryRepository(), encryptionKeys: [encryptionKey("a")] });
    expect((await keys.current()).algorithm).toBe("RS256");
  });

  it("another node takes the same keys, and reads no oftener than every refreshEvery", async () => {
    const { store, clock, open } = createNodes();
    const [one, two] = [open(), open()];
    expect(await publishedKids(two)).toEqual(await publishedKids(one));
    const { reads } = store;
    clock.pass({ seconds: 59 });
    await two.current();
    expect(store.reads).toBe(reads);
    clock.pass({ seconds: 1 });
    await Promise.all([two.current(), two.published()]);
    expect(store.reads).toBe(reads + 1);
  });
});

describe("maintain", () => {
  it("tells what it did", async () => {
    const { clock, open } = createNodes();
    const keys = open();
    const nothing = { created: false, rotated: false, removed: 0, reencrypted: false };
    expect(await keys.maintain()).toEqual({ ...nothing, created: true });
    expect(await keys.maintain()).toEqual(nothing);
    const [current, next] = await publishedKids(keys);
    clock.pass({ days: 90 });
    expect(await keys.maintain()).toEqual({ ...nothing, rotated: true });
    const kids = await publishedKids(keys);
    expect([kids[0], kids[2], kids.length]).toEqual([next, current, 3]);
    clock.pass({ hours: 47, minutes: 59, seconds: 59 });
    expect(await keys.maintain()).toEqual(nothing);
    clock.pass({ seconds: 1 });
    expect(await keys.maintain()).toEqual({ ...nothing, removed: 1 });
    expect(await publishedKids(keys)).toEqual(kids.slice(0, 2));
  });

  it("encrypts anew under the first key, after which the old one is of no use", async () => {
    const { store, clock, open } = createNodes();
    const kids = await publishedKids(open());
    const both = open({ encryptionKeys: [encryptionKey("b"), encryptionKey("a")] });
    expect(await both.maintain()).toMatchObject({ reencrypted: true, rotated: false });
    expect([store.encryptedUnder, store.stored.revision]).toEqual(["b", 2]);
    expect(await both.maintain()).toMatchObject({ reencrypted: false });
    clock.pass({ minutes: 2 });
    const alone = open({ encryptionKeys: [encryptionKey("b")] });
    expect(await publishedKids(alone)).toEqual(kids);
    await expect(open().current()).rejects.toEqual(unavailable);
  });

  it("happens by itself where a node is used, once, behind the call", async () => {
    const { store, clock, open } = createNodes();
    const keys = open();
    const [current, next] = await publishedKids(keys);
    clock.pass({ days: 91 });
    expect(await currentKid(keys)).toBe(current);
    await expect.poll(() => currentKid(keys)).toBe(next);
    expect(store.writes).toBe(2);
    const elsewhere = open({ encryptionKeys: [encryptionKey("b"), encryptionKey("a")] });
    await elsewhere.current();
    await expect.poll(() => store.encryptedUnder).toBe("b");
  });

  it("is not done twice at once behind the calls", async () => {
    const { store, clock, open } = createNodes();
    const keys = open();
    await keys.current();
    clock.pass({ days: 91 });
    const { reads } = store;
    store.replaceSigningKeys = () => new Promise(() => {});
    await keys.current();
    await expect.poll(() => store.reads).toBe(reads + 2);
    clock.pass({ minutes: 1 });
    await keys.current();
    expect(store.reads).toBe(reads + 3);
  });

  it("that fails behind the call is told to the host, and tried again", async () => {
    const { store, clock, errors, open } = createNodes();
    const keys = open();
    await keys.current();
    clock.pass({ days: 91 });
    store.replaceSigningKeys = async () => {
      throw new Error("the disk is full");
    };
    await keys.current();
    await expect.poll(() => errors).toEqual([unavailable]);
    expect(textOf(errors[0])).toContain("the disk is full");
    Reflect.deleteProperty(store, "replaceSigningKeys");
    clock.pass({ minutes: 1 });
    await keys.current();
    await expect.poll(() => store.stored.revision).toBe(2);
  });
});

describe("rotate", () => {
  it("waits until the next key was published for publishBefore", async () => {
    const { clock, open } = createNodes();
    const keys = open();
    const readyAt = new Date(START + 86_400_000);
    expect(await keys.rotate()).toEqual({ rotated: false, readyAt });
    const [current, next] = await publishedKids(keys);
    clock.pass({ days: 1 });
    expect(await keys.rotate()).toEqual({ rotated: true, kid: next });
    expect(await currentKid(keys)).toBe(next);
    expect((await publishedKids(keys)).slice(2)).toEqual([current]);
  });

  it("drops a compromised key at once, here; elsewhere within refreshEvery", async () => {
    const { clock, open } = createNodes();
    const [one, two] = [open(), open()];
    const [bad, next] = await publishedKids(one);
    await two.current();
    clock.pass({ seconds: 1 });
    expect(await one.rotate({ compromised: true })).toEqual({ rotated: true, kid: next });
    expect(await publishedKids(one)).not.toContain(bad);
    expect(await currentKid(one)).toBe(next);
    expect(await currentKid(two)).toBe(bad);
    clock.pass({ minutes: 1 });
    expect(await publishedKids(two)).toEqual(await publishedKids(one));
  });

  it("is about the key that signed when it was asked: of several at once one happens", async () => {
    const { open } = createNodes();
    const nodes = [open(), open(), open(), open()];
    const [bad, next] = await publishedKids(open());
    const rotated = await Promise.all(nodes.map((node) => node.rotate({ compromised: true })));
    for (const each of rotated) expect(each).toEqual({ rotated: true, kid: next });
    expect(await publishedKids(open())).not.toContain(bad);
    expect(await publishedKids(open())).toHaveLength(2);
  });

  it("an answer that was on its way before does not bring the old key back", async () => {
    const { store, clock, open } = createNodes();
    const keys = open();
    const [bad, next] = await publishedKids(keys);
    clock.pass({ minutes: 1 });
    let answer = (): void => {};
    const { reads } = store;
    store.delay = () => new Promise((resolve) => (answer = resolve));
    const early = keys.current();
    await expect.poll(() => store.reads).toBe(reads + 1);
    store.delay = async () => {};
    await keys.rotate({ compromised: true });
    answer();
    expect((await early).kid).toBe(next);
    expect(await publishedKids(keys)).not.toContain(bad);
  });

  it("nor does one that was asked for while the rotation was on its way", async () => {
    const { store, clock, open } = createNodes();
    const keys = open();
    const [, next] = await publishedKids(keys);
    clock.pass({ minutes: 1 });
    const waiting: (() => void)[] = [];
    store.delay = () => new Promise((resolve) => waiting.push(resolve));
    const arrived = (count: number) => expect.poll(() => waiting).toHaveLength(count);
    const rotated = keys.rotate({ compromised: true });
    await arrived(1);
    waiting[0]?.();
    await arrived(2);
    const meanwhile = keys.current();
    await arrived(3);
    waiting[1]?.();
    expect(await rotated).toEqual({ rotated: true, kid: next });
    waiting[2]?.();
    expect((await meanwhile).kid).toBe(next);
    expect(await currentKid(keys)).toBe(next);
  });

  it("refuses another request", async () => {
    const keys = createNodes().open();
    await expect(keys.rotate({ compromised: "yes" } as never)).rejects.toThrow(
      "request.compromised",
    );
    await expect(keys.rotate({ force: true } as never)).rejects.toThrow('there is no "force"');
  });
});

describe("an outage of the store", () => {
  const outage = new Error("the database did not answer");

  it("is got over with the keys that are known, until these are publishBefore old", async () => {
    const { store, clock, errors, open } = createNodes();
    const keys = open();
    const kid = await currentKid(keys);
    store.outage = outage;
    clock.set(START + 86_400_000 - 1);
    expect(await currentKid(keys)).toBe(kid);
    expect(errors).toEqual([unavailable]);
    expect(errors[0]?.cause).toBe(outage);
    clock.set(START + 86_400_000);
    await expect(keys.current()).rejects.toMatchObject({ code: "unavailable", cause: outage });
    await expect(keys.published()).rejects.toEqual(unavailable);
    store.outage = undefined;
    expect(await currentKid(keys)).toBe(kid);
  });

  it("costs a try every five seconds, and is told once a try", async () => {
    const { store, clock, errors, open } = createNodes();
    const keys = open();
    await keys.current();
    store.outage = outage;
    clock.pass({ minutes: 1 });
    const { reads } = store;
    for (let call = 0; call < 3; call += 1) await keys.current();
    expect([store.reads - reads, errors.length]).toEqual([1, 1]);
    clock.pass({ seconds: 5 });
    await keys.current();
    expect(errors).toHaveLength(2);
  });

  it("without keys that are known is one, for each method", async () => {
    const { store, open } = createNodes();
    store.outage = outage;
    const keys = open();
    for (const call of [keys.current, keys.published, keys.maintain, () => keys.rotate()])
      await expect(call()).rejects.toMatchObject({ code: "unavailable", cause: outage });
  });

  it("a clock that was set back makes no view good that is not read", async () => {
    const { store, clock, open } = createNodes();
    const keys = open();
    await keys.current();
    clock.set(START - 1);
    await keys.current();
    store.outage = outage;
    clock.set(START - 2);
    await expect(keys.current()).rejects.toEqual(unavailable);
  });

  it("a host whose handler throws gets its keys all the same", async () => {
    const { store, clock, open } = createNodes();
    const keys = open({
      onError() {
        throw new Error("a host's own mistake");
      },
    });
    await keys.current();
    store.outage = outage;
    clock.pass({ minutes: 1 });
    await keys.current();
  });
});

describe("what can be read and not be understood", () => {
  it.each<[string, (store: TestStore) => void]>([
    ["is tampered with", (store) => replace(store, (text) => `${text.slice(0, -2)}AA`)],
    ["is of an earlier revision", (store) => replace(store, (text) => text, 3)],
    ["is something else", (store) => replace(store, () => '{"keys":["some other document"]}', 2)],
  ])("is refused at once, known keys or not: %s", async (_name, change) => {
    const { store, clock, open } = createNodes();
    const [keys, other] = [open(), open()];
    await keys.current();
    change(store);
    clock.pass({ minutes: 1 });
    for (const node of [keys, other, keys]) {
      const error = await thrownBy(() => node.current());
      expect(error).toBeInstanceOf(TokenryError);
      expect(error).toEqual(unavailable);
      expect(textOf(error)).toContain("The stored signing keys");
      expect(textOf(error)).not.toContain(store.stored.document.slice(-20));
    }
    await expect(keys.rotate({ compromised: true })).rejects.toEqual(unavailable);
    await expect(keys.maintain()).rejects.toEqual(unavailable);
  });

  it("is refused in an outage after it, too: what was known is not known any more", async () => {
    const { store, clock, open } = createNodes();
    const keys = open();
    await keys.current();
    replace(store, (text) => text, 2);
    clock.pass({ minutes: 1 });
    await expect(keys.current()).rejects.toEqual(unavailable);
    store.outage = new Error("the database did not answer");
    await expect(keys.current()).rejects.toEqual(unavailable);
  });

  it.each([
    ["nothing", undefined],
    ["a negative revision", { revision: -1, document: "" }],
    ["a revision that is none", { revision: "1", document: "" }],
    ["no document", { revision: 1 }],
  ])("an answer of another shape is an outage: %s", async (_name, answer) => {
    const { store, open } = createNodes();
    store.signingKeys = async () => answer as never;
    await expect(open().current()).rejects.toEqual(unavailable);
  });

  it("an answer to a replacement that is none is an outage", async () => {
    const { store, open } = createNodes();
    store.replaceSigningKeys = async () => undefined as never;
    await expect(open().current()).rejects.toEqual(unavailable);
  });

  it("a store that never lets anybody replace anything is an outage in the end", async () => {
    const { store, open } = createNodes({ algorithm: "EdDSA" });
    store.replaceSigningKeys = async () => false;
    await expect(open().current()).rejects.toEqual(unavailable);
  });
});

function replace(store: TestStore, change: (text: string) => string, revision = 1): void {
  store.stored = { revision, document: change(store.stored.document) };
}

it("keys of another algorithm come in their turn", async () => {
  const { clock, open } = createNodes();
  await open().current();
  const keys = open({ algorithm: "EdDSA" });
  expect(await keys.maintain()).toMatchObject({ rotated: false });
  expect((await keys.published()).keys.map(({ alg }) => alg)).toEqual(["ES256", "EdDSA"]);
  clock.pass({ days: 90 });
  await keys.maintain();
  expect((await keys.current()).algorithm).toBe("EdDSA");
});

describe("options", () => {
  const least = { store: memoryRepository(), encryptionKeys: [encryptionKey("a")] };

  it.each<[string, unknown, string]>([
    ["nothing", undefined, "options must be an object"],
    ["no store", { ...least, store: {} }, "options.store.signingKeys must be a function"],
    ["no encryption keys", { store: least.store }, "options.encryptionKeys must not be empty"],
    ["another algorithm", { ...least, algorithm: "none" }, "options.algorithm must be one of"],
    ["months", { ...least, rotateEvery: { months: 3 } }, "options.rotateEvery must be in weeks"],
    [
      "a rotation before a key may sign",
      { ...least, rotateEvery: { hours: 23 } },
      "options.rotateEvery must not be shorter than options.publishBefore",
    ],
    [
      "views that are older than keys are published",
      { ...least, refreshEvery: { days: 2 } },
      "options.refreshEvery must not be longer than options.publishBefore",
    ],
    ["no time to retain", { ...least, retainFor: { days: 0 } }, "options.retainFor must be longer"],
    ["a clock that is none", { ...least, clock: {} }, "options.clock.now must be a function"],
    ["a handler that is none", { ...least, onError: "log" }, "options.onError must be a function"],
    ["a mistyped option", { ...least, retainfor: {} }, 'there is no "retainfor"'],
  ])("%s", (_name, options, message) => {
    expect(() => storedKeys(options as never)).toThrow(message);
  });

  it("a clock that tells no time is an outage", async () => {
    const keys = storedKeys({ ...least, clock: { now: () => Number.NaN } });
    await expect(keys.current()).rejects.toEqual(unavailable);
    await expect(keys.maintain()).rejects.toEqual(unavailable);
  });
});
