import type { EventPage, Repository, StoredEvent } from "../../ports/repository.ts";
import { findFirstNot } from "./sorted-list.ts";

interface Entry {
  readonly sequence: number;
  readonly event: StoredEvent;
}

/** The events in the order of their commits: all of them, and those of each account. */
export class EventLog {
  readonly #all: Entry[] = [];
  readonly #accounts = new Map<string, Entry[]>();

  append(event: StoredEvent): void {
    const entry = { sequence: this.#all.length + 1, event };
    this.#all.push(entry);
    const entries = this.#accounts.get(event.account);
    if (entries === undefined) this.#accounts.set(event.account, [entry]);
    else entries.push(entry);
  }

  page({
    account,
    owner,
    tokenId,
    before,
    limit,
  }: EventPage): Awaited<ReturnType<Repository["events"]>> {
    const entries = account === undefined ? this.#all : (this.#accounts.get(account) ?? []);
    const end =
      before === undefined
        ? entries.length
        : findFirstNot(entries, (entry) => entry.sequence < before);
    const page: (StoredEvent & { readonly sequence: number })[] = [];
    for (let index = end - 1; index >= 0 && page.length < limit; index -= 1) {
      // In bounds: 0 <= index < end <= length.
      const { sequence, event } = entries[index] as Entry;
      if (owner !== undefined && event.owner !== owner) continue;
      if (tokenId !== undefined && event.tokenId !== tokenId) continue;
      page.push({ ...event, sequence });
    }
    return page;
  }
}
