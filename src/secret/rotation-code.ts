import { equalInConstantTime } from "./equal.ts";
import type { Keyring } from "./keyring.ts";

/** What a code stands for: one pending rotation, until it ends. */
export interface PendingRotation {
  readonly id: string;
  readonly pepper: string | null;
  readonly expiresAt: number | null;
}

const SHAPE = /^([0-9a-f-]{36})_([0-9a-f]{64})$/;

/**
 * Derives the code for a confirmation link. It is stored nowhere: made at delivery and made again to compare (EDG-12, ASVS 6.5.1).
 *
 * @returns `undefined` when the pepper of the request is gone: the rotation must be asked for again.
 */
export function rotationCode(keyring: Keyring, pending: PendingRotation): string | undefined {
  const proof = keyring.sign(pending.pepper, `${pending.id} ${pending.expiresAt}`);
  return proof === undefined ? undefined : `${pending.id}_${proof}`;
}

/** The id that a code names, if it has the shape of a code. */
export function rotationCodeId(code: string): string | undefined {
  return SHAPE.exec(code)?.[1];
}

/** Whether a code is that of the pending rotation. */
export function isRotationCode(keyring: Keyring, pending: PendingRotation, code: string): boolean {
  const expected = rotationCode(keyring, pending);
  return expected !== undefined && equalInConstantTime(expected, code);
}
