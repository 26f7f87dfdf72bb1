import type { StoredEvent } from "../../ports/repository.ts";

/** An event on its way to one channel. */
export interface Notice {
  readonly event: StoredEvent;
  readonly sequence: number;
  readonly channel: string;
  /** Whose order it keeps. */
  readonly lane: string;
  /** The end of a lease while it is claimed; when it was parked once it is. */
  dueAt: number;
  attempts: number;
  untried: number;
  isClaimed: boolean;
  isParked: boolean;
  failure: string | null;
}
