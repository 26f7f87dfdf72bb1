import type { Slot } from "../model.ts";
import { isExpired } from "./expiry.ts";

/** How many tokens of a kind an owner may have. */
export type Allowance =
  | { readonly type: "single" }
  | { readonly type: "pair" }
  | { readonly type: "numbered"; readonly max: number }
  | { readonly type: "unlimited" };

/** A token that takes a slot until it expires. */
export interface Occupant {
  readonly id: string;
  readonly slot: Slot;
  readonly expiresAt: number | null;
}

/** The slot of a rotation that waits for its confirmation. */
export const PENDING = "pending";
export const PRIMARY = "primary";
export const BACKUP = "backup";

/** The slot for a new token, and the expired token to clear out of it; or why there is none. */
export type SlotChoice =
  | { readonly type: "free"; readonly slot: Slot; readonly expired: string | undefined }
  | { readonly type: "slot_taken" }
  | { readonly type: "limit_reached" };

/**
 * Chooses the slot for a new token. An expired token counts as absent, swept or not (CORE-26).
 *
 * @param spread a number that differs from call to call: parallel issues then try different numbered slots instead of the same one.
 */
export function chooseSlot(
  allowance: Allowance,
  occupants: readonly Occupant[],
  now: number,
  spread: number,
): SlotChoice {
  if (allowance.type === "unlimited") return { type: "free", slot: null, expired: undefined };
  const bySlot = new Map(occupants.map((occupant) => [occupant.slot, occupant]));
  const isFree = (slot: string): boolean => {
    const occupant = bySlot.get(slot);
    return occupant === undefined || isExpired(occupant, now);
  };
  const held = occupants.filter((occupant) => counts(allowance, occupant, now)).length;
  if (allowance.type !== "numbered") {
    return held === 0
      ? { type: "free", slot: PRIMARY, expired: bySlot.get(PRIMARY)?.id }
      : { type: "slot_taken" };
  }
  if (held >= allowance.max) return { type: "limit_reached" };
  const free = Array.from({ length: allowance.max }, (_, index) => String(index + 1)).filter(
    isFree,
  );
  const slot = free[spread % free.length];
  return slot === undefined
    ? { type: "limit_reached" }
    : { type: "free", slot, expired: bySlot.get(slot)?.id };
}

/** Whether a token counts against the allowance for a new one, whatever slot an earlier configuration gave it. */
function counts(allowance: Allowance, occupant: Occupant, now: number): boolean {
  if (isExpired(occupant, now) || occupant.slot === PENDING) return false;
  return allowance.type !== "pair" || occupant.slot !== BACKUP;
}
