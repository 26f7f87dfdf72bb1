import {
  applyRotation,
  decideRotation,
  newKeysOf,
  type RotationRules,
  type RotationStep,
} from "./decide-rotation.ts";
import { generateKey } from "./generate-keys.ts";
import type { KeyRecord } from "./key-record.ts";
import type { KeySet } from "./key-set.ts";
import type { KeyVault, StoredKeys } from "./key-vault.ts";

/** What is decided on the keys that are stored: nothing to write where there is no set. */
export interface KeyChange<Result> {
  readonly set: KeySet | undefined;
  readonly result: Result;
}

/** Stored keys after a change, and what was decided. */
export interface ChangedKeys<Result> {
  readonly stored: StoredKeys;
  readonly result: Result;
}

/** Of any number of nodes that write at once one succeeds each time: who loses so often meets something else than nodes. */
const MOST_TRIES = 100;

/** Reads, decides and replaces the revision that was read; again, on what is there then, where another node was quicker. */
export async function changeKeys<Result>(
  vault: KeyVault,
  decide: (stored: StoredKeys | undefined) => Promise<KeyChange<Result>>,
): Promise<ChangedKeys<Result>> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const read = await vault.read();
    const before = await vault.open(read);
    const { set, result } = await decide(before);
    if (set !== undefined) {
      const stored = await vault.replace(read.revision, set);
      if (stored !== undefined) return { stored, result };
    } else if (before !== undefined) {
      return { stored: before, result };
    }
  }
  throw new Error("The signing keys are replaced by others all the time.");
}

/** Takes a step, with the new keys that it needs. */
export async function takeStep(
  set: KeySet | undefined,
  step: RotationStep,
  now: number,
  rules: RotationRules,
): Promise<KeySet> {
  const newKeys: KeyRecord[] = [];
  for (let count = newKeysOf(step, set); count > 0; count -= 1)
    newKeys.push(await generateKey(rules.algorithm));
  return applyRotation(set, step, newKeys, now);
}

/** Takes all steps that are due. */
export async function takeDueSteps(
  before: KeySet | undefined,
  now: number,
  rules: RotationRules,
): Promise<{ readonly set: KeySet | undefined; readonly steps: readonly RotationStep["type"][] }> {
  const steps: RotationStep["type"][] = [];
  let set = before;
  for (;;) {
    const step = decideRotation(set, now, rules);
    if (step.type === "none") return { set, steps };
    set = await takeStep(set, step, now, rules);
    steps.push(step.type);
  }
}
