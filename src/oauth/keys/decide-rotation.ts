import type { KeyRecord, PublicKeyRecord } from "./key-record.ts";
import type { KeySet, NextKey, RetiredKey } from "./key-set.ts";
import type { SigningAlgorithm } from "./signing-keys.ts";

/** The rules of a rotation. */
export interface RotationRules {
  /** Of new keys. */
  readonly algorithm: SigningAlgorithm;
  /** How long a key signs. */
  readonly rotateEveryMs: number;
  /** How long a key is published before it signs. */
  readonly publishBeforeMs: number;
  /** How long a key is published after it was retired. */
  readonly keepRetiredMs: number;
}

/** What is to be done to the keys. */
export type RotationStep =
  | { readonly type: "none" }
  /** There are no keys yet. */
  | { readonly type: "create" }
  /** A clock was far ahead when it wrote a time: it counts as now, so that nothing waits for that time. */
  | { readonly type: "correct_times" }
  /** Retired keys have been published for long enough. */
  | { readonly type: "remove_retired"; readonly kids: readonly string[] }
  /** The next key is of another algorithm than new keys are to be. It has signed nothing. */
  | { readonly type: "replace_next" }
  | { readonly type: "rotate" }
  /** A compromised key: it is not published any more, and where it signed the next one does. */
  | { readonly type: "expel"; readonly kid: string };

/** What a rotation by hand comes to. */
export type RotationByHand = RotationStep | { readonly type: "wait"; readonly until: number };

/**
 * The step that is due, one at a time: with what it made, decide again until there is `none`.
 *
 * Keys are in states that are written down, and only ever become `retired` and then none: a clock that steps back delays what is due, and
 * brings nothing back.
 */
export function decideRotation(
  set: KeySet | undefined,
  now: number,
  rules: RotationRules,
): RotationStep {
  if (set === undefined) return { type: "create" };
  const { current, next, retired } = set;
  if (timesOf(set).some((time) => time > now + rules.publishBeforeMs))
    return { type: "correct_times" };
  const kids = retired.filter((key) => isOver(key, now, rules)).map(({ key }) => key.kid);
  if (kids.length > 0) return { type: "remove_retired", kids };
  if (next.key.algorithm !== rules.algorithm) return { type: "replace_next" };
  const isDue = now >= current.signsFrom + rules.rotateEveryMs;
  return isDue && now >= readyFrom(next, rules) ? { type: "rotate" } : { type: "none" };
}

/**
 * The step of a rotation by hand. `kid`: the key that signed when it was asked for: of several that ask at once, or one that asks again
 * because it lost a race, each is about that key.
 */
export function decideRotationByHand(
  set: KeySet,
  { kid, isCompromised }: { readonly kid: string; readonly isCompromised: boolean },
  now: number,
  rules: RotationRules,
): RotationByHand {
  const isCurrent = set.current.key.kid === kid;
  if (isCompromised) {
    const isThere = isCurrent || set.retired.some(({ key }) => key.kid === kid);
    return isThere ? { type: "expel", kid } : { type: "none" };
  }
  if (!isCurrent) return { type: "none" };
  const until = readyFrom(set.next, rules);
  return now >= until ? { type: "rotate" } : { type: "wait", until };
}

/** How many new keys a step needs. */
export function newKeysOf(step: RotationStep, set: KeySet | undefined): number {
  switch (step.type) {
    case "create":
      return 2;
    case "rotate":
    case "replace_next":
      return 1;
    case "expel":
      return set?.current.key.kid === step.kid ? 1 : 0;
    case "none":
    case "correct_times":
    case "remove_retired":
      return 0;
  }
}

/** The keys after a step. Throws TypeError without as many new keys as it needs. */
export function applyRotation(
  set: KeySet | undefined,
  step: RotationStep,
  newKeys: readonly KeyRecord[],
  now: number,
): KeySet {
  const [first, second] = newKeys;
  if (set === undefined) {
    const [key, publishedAt] = [needed(first), now];
    const next = { key: needed(second), publishedAt };
    return { current: { key, publishedAt, signsFrom: now }, next, retired: [] };
  }
  const next = (): NextKey => ({ key: needed(first), publishedAt: now });
  switch (step.type) {
    case "none":
    case "create":
      return set;
    case "correct_times":
      return withoutTimesAfter(set, now);
    case "remove_retired":
      return { ...set, retired: set.retired.filter(({ key }) => !step.kids.includes(key.kid)) };
    case "replace_next":
      return { ...set, next: next() };
    case "rotate": {
      const retired = [{ key: publicOf(set.current.key), retiredAt: now }, ...set.retired];
      return { current: { ...set.next, signsFrom: now }, next: next(), retired };
    }
    case "expel": {
      const retired = set.retired.filter(({ key }) => key.kid !== step.kid);
      if (set.current.key.kid !== step.kid) return { ...set, retired };
      return { current: { ...set.next, signsFrom: now }, next: next(), retired };
    }
  }
}

function readyFrom({ publishedAt }: NextKey, { publishBeforeMs }: RotationRules): number {
  return publishedAt + publishBeforeMs;
}

function isOver({ retiredAt }: RetiredKey, now: number, { keepRetiredMs }: RotationRules): boolean {
  return now >= retiredAt + keepRetiredMs;
}

function timesOf({ current, next, retired }: KeySet): readonly number[] {
  const retiredAt = retired.map((key) => key.retiredAt);
  return [current.publishedAt, current.signsFrom, next.publishedAt, ...retiredAt];
}

function withoutTimesAfter({ current, next, retired }: KeySet, now: number): KeySet {
  const atMost = (time: number): number => Math.min(time, now);
  const [publishedAt, signsFrom] = [atMost(current.publishedAt), atMost(current.signsFrom)];
  return {
    current: { ...current, publishedAt, signsFrom },
    next: { ...next, publishedAt: atMost(next.publishedAt) },
    retired: retired.map((key) => ({ ...key, retiredAt: atMost(key.retiredAt) })),
  };
}

function publicOf({ kid, algorithm, publicJwk }: KeyRecord): PublicKeyRecord {
  return { kid, algorithm, publicJwk };
}

function needed(key: KeyRecord | undefined): KeyRecord {
  if (key === undefined) throw new TypeError("a rotation needs a new key");
  return key;
}
