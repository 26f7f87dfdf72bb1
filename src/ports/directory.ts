import type { Owner } from "../model.ts";
import type { Awaitable } from "./awaitable.ts";

/**
 * The host's live facts about owners.
 *
 * Guarantees asked of an implementation: the answer is true now, not at some earlier time; `undefined` means that there is no such
 * owner; an outage throws (a call is then refused with 503, never allowed). An owner of another id than the one asked for is refused.
 */
export interface Directory<Profile = unknown> {
  find(ownerId: string): Awaitable<Owner<Profile> | undefined>;
}
