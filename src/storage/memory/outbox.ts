import type { ClaimedNotice, NoticeOutcome, StoredEvent } from "../../ports/repository.ts";

interface Notice {
  readonly event: StoredEvent;
  dueAt: number;
  attempt: number;
  claimed: boolean;
}

/** The notices that are not settled for good, oldest first. */
export class Outbox {
  readonly #notices = new Map<string, Notice>();

  add(event: StoredEvent): void {
    // Due at once, whatever the worker's clock says.
    this.#notices.set(event.id, {
      event,
      dueAt: Number.NEGATIVE_INFINITY,
      attempt: 0,
      claimed: false,
    });
  }

  claim(limit: number, leaseMs: number, now: number): readonly ClaimedNotice[] {
    const claims: ClaimedNotice[] = [];
    for (const notice of this.#notices.values()) {
      if (claims.length >= limit) break;
      if (notice.dueAt > now) continue;
      notice.dueAt = now + leaseMs;
      notice.attempt += 1;
      notice.claimed = true;
      claims.push({ event: notice.event, attempt: notice.attempt });
    }
    return claims;
  }

  settle(id: string, outcome: NoticeOutcome): boolean {
    const notice = this.#notices.get(id);
    if (!notice?.claimed || notice.attempt !== outcome.attempt) return false;
    if (outcome.status === "retry") {
      notice.dueAt = outcome.at;
      notice.claimed = false;
    } else {
      this.#notices.delete(id);
    }
    return true;
  }
}
