import { isExpired } from "./expiry.ts";
import { BACKUP, type Occupant, PENDING, PRIMARY } from "./slots.ts";

/** The tokens of one owner and kind with a primary and a backup. What has expired is in `expired` only. */
export interface Pair<Held extends Occupant> {
  /** The living primary. */
  readonly primary: Held | undefined;
  /** The living backup. */
  readonly backup: Held | undefined;
  /** The living request for a rotation. */
  readonly pending: Held | undefined;
  /** What is in the slots and has expired: it counts as absent and goes with the next change. */
  readonly expired: readonly Held[];
}

/** Sorts an owner's tokens into the slots of a pair (CORE-31). */
export function pairOf<Held extends Occupant>(tokens: readonly Held[], now: number): Pair<Held> {
  const living = tokens.filter((token) => !isExpired(token, now));
  const inSlot = (slot: string): Held | undefined => living.find((token) => token.slot === slot);
  return {
    primary: inSlot(PRIMARY),
    backup: inSlot(BACKUP),
    pending: inSlot(PENDING),
    expired: tokens.filter((token) => isExpired(token, now)),
  };
}
