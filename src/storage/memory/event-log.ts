import type { EventPage, Repository, StoredEvent } from "../../ports/repository.ts";
import { SortedList } from "./sorted-list.ts";

interface Entry {
  readonly sequence: number;
  readonly event: StoredEvent;
}

/** The events in the order of their commits: all of them, and those of each account. */
export class EventLog {
  #last = 0;
  readonly #all = newestFirst();
  readonly #accounts = new Map<string, SortedList<Entry>>();
  /** As they are pruned: by their own time, which need not be the order of their commits. */
  readonly #byTime = new SortedList<Entry>(
    (a, b) => a.event.at - b.event.at || a.sequence - b.sequence,
  );

  /** Adds an event and hands its sequence number back. */
  append(event: StoredEvent): number {
    this.#last += 1;
    const entry = { sequence: this.#last, event };
    let ofAccount = this.#accounts.get(event.account);
    if (ofAccount === undefined) {
      ofAccount = newestFirst();
      this.#accounts.set(event.account, ofAccount);
    }
    for (const list of [this.#all, ofAccount, this.#byTime]) list.insert(entry);
    return this.#last;
  }

  page({
    account,
    before,
    limit,
    ...filter
  }: EventPage): Awaited<ReturnType<Repository["events"]>> {
    const entries = account === undefined ? this.#all : this.#accounts.get(account);
    const page: (StoredEvent & { readonly sequence: number })[] = [];
    if (limit <= 0 || entries === undefined) return page;
    const isBefore = ({ sequence }: Entry): boolean => before !== undefined && sequence >= before;
    for (const { sequence, event } of entries.from(isBefore)) {
      if (!isOn(filter, event)) continue;
      page.push({ ...event, sequence });
      if (page.length >= limit) break;
    }
    return page;
  }

  /** Forgets up to `limit` events from before a time, the oldest first, but for those that are kept. */
  prune(before: number, limit: number, isKept: (event: StoredEvent) => boolean): number {
    const pruned: Entry[] = [];
    for (const entry of this.#byTime.from(() => false)) {
      if (entry.event.at >= before || pruned.length >= limit) break;
      if (!isKept(entry.event)) pruned.push(entry);
    }
    for (const entry of pruned) this.#remove(entry);
    return pruned.length;
  }

  #remove(entry: Entry): void {
    const { account } = entry.event;
    const ofAccount = this.#accounts.get(account);
    for (const list of [this.#all, ofAccount, this.#byTime]) list?.delete(entry);
    if (ofAccount?.isEmpty === true) this.#accounts.delete(account);
  }
}

function newestFirst(): SortedList<Entry> {
  return new SortedList<Entry>((a, b) => b.sequence - a.sequence);
}

/** Whether an event is on a page, but for its place. */
function isOn(
  { owner, tokenId, types, since, until }: Omit<EventPage, "account" | "before" | "limit">,
  event: StoredEvent,
): boolean {
  return (
    (owner === undefined || event.owner === owner) &&
    (tokenId === undefined || event.tokenId === tokenId) &&
    (types === undefined || types.includes(event.type)) &&
    (since === undefined || since <= event.at) &&
    (until === undefined || event.at < until)
  );
}
