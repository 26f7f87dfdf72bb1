import type { Notice } from "./notice.ts";
import { SortedList } from "./sorted-list.ts";

/** The notices of one token on one channel that are neither delivered nor parked. */
export class Lane {
  /** Oldest first. */
  readonly waiting: SortedList<Notice> = new SortedList((a, b) => a.sequence - b.sequence);
  /** The one that was claimed last, until it is settled. */
  inHand: Notice | undefined;

  /** The oldest: the only one that may be claimed. */
  get head(): Notice | undefined {
    return this.waiting.first;
  }

  /** Whether none but the head is in a worker's hand: one that was parked is older than what was claimed since. */
  isFree(now: number): boolean {
    const { inHand } = this;
    return inHand === undefined || inHand === this.head || inHand.dueAt <= now;
  }
}
