import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  applyRotation,
  decideRotation,
  decideRotationByHand,
  newKeysOf,
  type RotationRules,
  type RotationStep,
} from "../../../src/oauth/keys/decide-rotation.ts";
import type { KeyRecord } from "../../../src/oauth/keys/key-record.ts";
import { type KeySet, keysOf } from "../../../src/oauth/keys/key-set.ts";
import type { SigningAlgorithm } from "../../../src/oauth/keys/signing-keys.ts";

const RETAIN_MS = 60;
const PUBLISH_MS = 40;
const rules: RotationRules = {
  algorithm: "ES256",
  rotateEveryMs: 1000,
  publishBeforeMs: PUBLISH_MS,
  keepRetiredMs: RETAIN_MS + PUBLISH_MS,
};

let made = 0;
function key(algorithm: SigningAlgorithm = "ES256"): KeyRecord {
  made += 1;
  return { kid: `key ${made}`, algorithm, publicJwk: {}, privateJwk: { d: "secret" } };
}

function take(set: KeySet | undefined, step: RotationStep, now: number): KeySet {
  const newKeys = Array.from({ length: newKeysOf(step, set) }, () => key());
  return applyRotation(set, step, newKeys, now);
}

function maintained(before: KeySet | undefined, now: number): KeySet {
  let set = before;
  for (let steps = 0; steps < 10; steps += 1) {
    const step = decideRotation(set, now, rules);
    if (step.type === "none" && set !== undefined) return set;
    set = take(set, step, now);
  }
  throw new Error("there is always something to do");
}

const statesOf = ({ current, next, retired }: KeySet) => ({
  next: next.key.kid,
  current: current.key.kid,
  retired: retired.map((each) => each.key.kid),
});

describe("decideRotation", () => {
  it("makes a current and a next key where there are none", () => {
    const set = maintained(undefined, 5);
    expect(set.current).toMatchObject({ publishedAt: 5, signsFrom: 5 });
    expect(set.next.publishedAt).toBe(5);
    expect(set.next.key.kid).not.toBe(set.current.key.kid);
    expect(decideRotation(set, 5, rules)).toEqual({ type: "none" });
  });

  it("lets the next key sign when the current one has for rotateEvery, to the millisecond", () => {
    const set = maintained(undefined, 0);
    expect(decideRotation(set, 999, rules)).toEqual({ type: "none" });
    expect(decideRotation(set, 1000, rules)).toEqual({ type: "rotate" });
    const after = maintained(set, 1000);
    expect(statesOf(after)).toEqual({
      next: after.next.key.kid,
      current: set.next.key.kid,
      retired: [set.current.key.kid],
    });
    expect(after.current).toMatchObject({ publishedAt: 0, signsFrom: 1000 });
    expect(after.next.publishedAt).toBe(1000);
  });

  it("waits with a rotation until the next key was published for publishBefore", () => {
    const set = { ...maintained(undefined, 0), next: { key: key(), publishedAt: 990 } };
    expect(decideRotation(set, 1029, rules)).toEqual({ type: "none" });
    expect(decideRotation(set, 1030, rules)).toEqual({ type: "rotate" });
  });

  it("keeps no private part of a retired key, and publishes it for so long", () => {
    const set = maintained(maintained(undefined, 0), 1000);
    expect(set.retired).toEqual([{ key: expect.any(Object), retiredAt: 1000 }]);
    expect(JSON.stringify(set.retired)).not.toContain("secret");
    expect(decideRotation(set, 1099, rules)).toEqual({ type: "none" });
    const kids = [set.retired[0]?.key.kid];
    expect(decideRotation(set, 1100, rules)).toEqual({ type: "remove_retired", kids });
    expect(maintained(set, 1100).retired).toEqual([]);
  });

  it("replaces a next key of another algorithm before anything else, and lets the current one sign", () => {
    const set = maintained(undefined, 0);
    const other = { ...set, next: { key: key("RS256"), publishedAt: 0 } };
    expect(decideRotation(other, 1000, rules)).toEqual({ type: "replace_next" });
    const after = maintained(other, 1000);
    expect(after.current).toEqual(set.current);
    expect(after.next).toMatchObject({ key: { algorithm: "ES256" }, publishedAt: 1000 });
    const old = { ...set, current: { ...set.current, key: key("RS256") } };
    expect(decideRotation(old, 0, rules)).toEqual({ type: "none" });
  });

  it("takes a time that lies far ahead for now, and goes on from there", () => {
    const ahead = maintained(maintained(undefined, 1e9), 1e9 + 1000);
    const set = maintained(ahead, 100);
    expect(statesOf(set)).toEqual(statesOf(ahead));
    expect([set.current.signsFrom, set.next.publishedAt, set.retired[0]?.retiredAt]).toEqual([
      100, 100, 100,
    ]);
    const near = maintained(undefined, 100 + PUBLISH_MS);
    expect(decideRotation(near, 100, rules)).toEqual({ type: "none" });
    expect(decideRotation(near, 99, rules)).toEqual({ type: "correct_times" });
  });
});

describe("decideRotationByHand", () => {
  const set = maintained(undefined, 0);
  const kid = set.current.key.kid;
  const ask = (isCompromised: boolean, about = kid) => ({ kid: about, isCompromised });

  it("waits until the next key may sign", () => {
    expect(decideRotationByHand(set, ask(false), 39, rules)).toEqual({ type: "wait", until: 40 });
    expect(decideRotationByHand(set, ask(false), 40, rules)).toEqual({ type: "rotate" });
  });

  it("does nothing when another has rotated since it was asked for", () => {
    const after = take(set, { type: "rotate" }, 500);
    expect(decideRotationByHand(after, ask(false), 600, rules)).toEqual({ type: "none" });
  });

  it("drops a compromised key at once, whatever has become of it since", () => {
    const step = { type: "expel", kid } as const;
    expect(decideRotationByHand(set, ask(true), 0, rules)).toEqual(step);
    const dropped = take(set, step, 0);
    expect(keysOf(dropped).map((each) => each.kid)).toEqual([
      set.next.key.kid,
      dropped.next.key.kid,
    ]);
    expect(dropped.next.key.kid).not.toBe(set.next.key.kid);
    expect(decideRotationByHand(dropped, ask(true), 0, rules)).toEqual({ type: "none" });
    const retired = take(set, { type: "rotate" }, 500);
    expect(decideRotationByHand(retired, ask(true), 501, rules)).toEqual(step);
    expect(newKeysOf(step, retired)).toBe(0);
    expect(take(retired, step, 501)).toEqual({ ...retired, retired: [] });
  });
});

type Act = "maintain" | "rotate" | "compromised";

interface Move {
  readonly waitMs: number;
  readonly act: Act;
}

const moves = (leastMs: number) =>
  fc.array(
    fc.record({
      waitMs: fc.oneof(
        fc.integer({ min: leastMs, max: 50 }),
        fc.constantFrom(39, 40, 41, 99, 100, 101, 999, 1000, 1001),
      ),
      act: fc.oneof(
        { weight: 6, arbitrary: fc.constant<Act>("maintain") },
        { weight: 3, arbitrary: fc.constant<Act>("rotate") },
        { weight: 1, arbitrary: fc.constant<Act>("compromised") },
      ),
    }),
    { maxLength: 60 },
  );

function act(set: KeySet, how: Act, now: number): KeySet {
  if (how === "maintain") return maintained(set, now);
  const request = { kid: set.current.key.kid, isCompromised: how === "compromised" };
  const step = decideRotationByHand(set, request, now, rules);
  return step.type === "wait" ? set : take(set, step, now);
}

/** Lives a life, and looks at the keys before and after each act. */
function live(
  life: readonly Move[],
  look: (before: KeySet, after: KeySet, at: { readonly now: number; readonly how: Act }) => void,
): void {
  let now = 0;
  let set = maintained(undefined, now);
  for (const { waitMs, act: how } of life) {
    now += waitMs;
    const before = set;
    set = act(set, how, now);
    look(before, set, { now, how });
  }
}

const kidsOf = (set: KeySet): readonly string[] => keysOf(set).map(({ kid }) => kid);

/** What is known of the keys from outside. */
class Journal {
  readonly #publishedAt = new Map<string, number>();
  /** Until when a node may sign with it that has not heard of its retirement. */
  readonly #signedUntil = new Map<string, number>();
  readonly #compromised = new Set<string>();

  look(before: KeySet, after: KeySet, { now, how }: { now: number; how: Act }): void {
    const [signed, signs] = [before.current.key.kid, after.current.key.kid];
    for (const kid of kidsOf(before)) this.#note(kid, 0);
    for (const kid of kidsOf(after)) this.#note(kid, now);
    for (const kid of [signed, signs]) this.#signedUntil.set(kid, now + PUBLISH_MS);
    if (how === "compromised") this.#compromised.add(signed);
    const publishedForMs = now - (this.#publishedAt.get(signs) ?? now);
    if (signs !== signed && how !== "compromised")
      expect(publishedForMs).toBeGreaterThanOrEqual(PUBLISH_MS);
    this.#checkPublished(kidsOf(after), now);
  }

  #note(kid: string, now: number): void {
    if (!this.#publishedAt.has(kid)) this.#publishedAt.set(kid, now);
  }

  #checkPublished(kids: readonly string[], now: number): void {
    expect(new Set(kids).size).toBe(kids.length);
    for (const [kid, until] of this.#signedUntil) {
      if (this.#compromised.has(kid)) expect(kids).not.toContain(kid);
      else if (now < until + RETAIN_MS) expect(kids).toContain(kid);
    }
  }
}

/** How far a key is on its way: next, current, retired, gone. */
function placeOf({ next, current, retired }: KeySet, kid: string): number {
  const places = [[next], [current], retired];
  const place = places.findIndex((keys) => keys.some(({ key: { kid: each } }) => each === kid));
  return place < 0 ? places.length : place;
}

describe("over any life of the keys", () => {
  it("each key that signed lately is published, each that signs was so for long enough, and one signs", () => {
    fc.assert(
      fc.property(moves(0), (life) => {
        const journal = new Journal();
        live(life, (...seen) => journal.look(...seen));
      }),
      { numRuns: 500 },
    );
  });

  it("no key goes back to what it was, whatever the clock does", () => {
    fc.assert(
      fc.property(moves(-5000), (life) => {
        const gone = new Set<string>();
        live(life, (before, after) => {
          for (const kid of kidsOf(before)) {
            expect(placeOf(after, kid)).toBeGreaterThanOrEqual(placeOf(before, kid));
            if (!kidsOf(after).includes(kid)) gone.add(kid);
          }
          for (const kid of kidsOf(after)) expect(gone).not.toContain(kid);
        });
      }),
      { numRuns: 300 },
    );
  });
});
