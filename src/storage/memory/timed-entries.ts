import { compareText, SortedList } from "./sorted-list.ts";

/** What is remembered until a time. */
export interface TimedEntry {
  readonly key: string;
  /** Milliseconds since 1970 (UTC). It is over then. */
  readonly until: number;
}

/** Entries dropped for each new one, at most: more than one, so that no rest stays, and few, so that nobody waits for it. */
const DROPPED_PER_NEW = 4;

/** Entries by key, forgotten when their time is over: by the `now` that is given, and without timers. */
export class TimedEntries<Entry extends TimedEntry> {
  readonly #byKey = new Map<string, Entry>();
  readonly #byEnd = new SortedList<Entry>((a, b) => a.until - b.until || compareText(a.key, b.key));
  readonly #dropped: (entry: Entry) => void;

  /** `dropped` is told of each entry that goes. */
  constructor(dropped: (entry: Entry) => void = () => {}) {
    this.#dropped = dropped;
  }

  get size(): number {
    return this.#byKey.size;
  }

  /** Whatever there is under a key, over or not. */
  get(key: string): Entry | undefined {
    return this.#byKey.get(key);
  }

  /** What there is under a key and is not over. */
  living(key: string, now: number): Entry | undefined {
    const known = this.#byKey.get(key);
    return known !== undefined && known.until > now ? known : undefined;
  }

  /** Makes room for a new entry under a key: what is over there goes, and a few others that are over. */
  clear(key: string, now: number): void {
    const known = this.#byKey.get(key);
    if (known !== undefined && known.until <= now) this.drop(known);
    this.dropOver(now, DROPPED_PER_NEW);
  }

  /** Drops entries that are over, those of the earliest end first, while more are wanted. */
  dropOver(now: number, most: number, isWanted: () => boolean = () => true): void {
    for (let dropped = 0; dropped < most && isWanted(); dropped += 1) {
      const first = this.#byEnd.first;
      if (first === undefined || first.until > now) return;
      this.drop(first);
    }
  }

  /** Under its key there must be none. */
  add(entry: Entry): void {
    this.#byKey.set(entry.key, entry);
    this.#byEnd.insert(entry);
  }

  drop(entry: Entry): void {
    this.#byKey.delete(entry.key);
    this.#byEnd.delete(entry);
    this.#dropped(entry);
  }
}
