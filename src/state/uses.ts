import { movedExpiry } from "../lifecycle/expiry.ts";
import type { Awaitable } from "../ports/awaitable.ts";
import type { Repository, StoredToken, Use } from "../ports/repository.ts";
import { isWithin } from "./clock-span.ts";
import { isThenable } from "./thenable.ts";

/** A token's use is noted at most this often (CORE-24, IND-26). */
export const NOTE_INTERVAL_MS = 60_000;

/** How long noted uses wait for company before they are written, in real time. */
const FLUSH_AFTER_MS = 1000;

/**
 * A timer that is so late, or a write that takes so long, will never come: some platforms (workerd) end both with the request that began
 * them. In real time. To write a use twice does no harm.
 */
const LATE_MS = 5000;
const LOST_MS = 60_000;

/** Enough company: write at once. */
const FLUSH_AT = 1000;

/** How long an operation waits for what is written before it: in an outage it is to be told soon. */
const PATIENCE_MS = 250;

/** Uses kept while the repository is out of reach; what is more is forgotten, which costs accuracy and nothing else. */
const MAX_PENDING = 100_000;

/** The uses that this node has accepted and not yet written. */
export interface Uses {
  /** Whether a use now must be noted: the last noted one is a minute old. */
  isDue(token: Pick<StoredToken, "id" | "lastUsedAt">, now: number): boolean;
  note(token: StoredToken, usedAt: number, expiresAt: number | null): void;
  /** The expiry of a token after the accepted uses that the repository may not know yet. */
  pendingExpiry(token: Pick<StoredToken, "id" | "expiresAt">): number | null;
  /** Writes what waits. Never throws: a failure is reported, and what was not written waits on. */
  flush(): Awaitable<void>;
  /** The same, waited for a moment at most: what is not written by then still counts, by `pendingExpiry`. */
  flushSoon(): Awaitable<void>;
  /** Writes what waits and stops the timer. */
  close(): Promise<void>;
}

/** Makes the log of uses. Writes are batched, in the background, conditional and by column: see `Repository.touch`. */
export function createUses(
  repository: Pick<Repository, "touch">,
  report: (cause: unknown) => void,
): Uses {
  const pending = new Map<string, readonly Use[]>();
  let writing: Promise<void> | undefined;
  let writingSince = 0;

  const settle = (batch: readonly (readonly [string, readonly Use[]])[]): void => {
    for (const [id, uses] of batch) if (pending.get(id) === uses) pending.delete(id);
  };
  const fail = (cause: unknown): void => {
    report(cause);
    if (pending.size > MAX_PENDING) pending.clear();
    else timer.start();
  };
  const write = (): Awaitable<void> => {
    const batch = [...pending];
    if (batch.length === 0) return;
    try {
      const touched = repository.touch(batch.flatMap(([, uses]) => uses));
      if (!isThenable(touched)) return settle(batch);
      const current = Promise.resolve(touched)
        .then(() => settle(batch), fail)
        .finally(() => {
          if (writing === current) writing = undefined;
        });
      writing = current;
      writingSince = Date.now();
      return writing;
    } catch (cause) {
      fail(cause);
    }
  };
  const writeAll = (): Awaitable<void> => {
    timer.stop();
    if (writing !== undefined && Date.now() - writingSince >= LOST_MS) writing = undefined;
    // What was noted while a batch is on its way goes with the next: two batches at once would only wait for each other.
    return writing === undefined ? write() : writing.then(() => writing ?? write());
  };
  const timer = createTimer(() => void writeAll(), FLUSH_AFTER_MS);
  return {
    isDue(token, now) {
      if (token.lastUsedAt !== null && isWithin(token.lastUsedAt, NOTE_INTERVAL_MS, now))
        return false;
      const waiting = pending.get(token.id)?.at(-1);
      return waiting === undefined || !isWithin(waiting.usedAt, NOTE_INTERVAL_MS, now);
    },
    note(token, usedAt, expiresAt) {
      const use = { id: token.id, usedAt, expiresAt, decidedOn: token.expiresAt };
      pending.set(token.id, withUse(pending.get(token.id) ?? [], use, token.expiresAt));
      // At this size only: where writes fail, what is more waits for the timer, not for each call.
      const isEnough = pending.size === FLUSH_AT && writing === undefined;
      if (isEnough || timer.isLate()) void writeAll();
      else timer.start();
    },
    pendingExpiry({ id, expiresAt }) {
      return (pending.get(id) ?? []).reduce(movedExpiry, expiresAt);
    },
    flush: writeAll,
    flushSoon() {
      const written = writeAll();
      return isThenable(written) ? atMost(written, PATIENCE_MS) : written;
    },
    async close() {
      await writeAll();
      timer.stop();
    },
  };
}

/** A timer that runs once for each start, and keeps no process alive. */
interface Timer {
  /** Nothing happens where it runs already. */
  start(): void;
  stop(): void;
  /** Whether it should have come long ago. */
  isLate(): boolean;
}

function createTimer(act: () => void, afterMs: number): Timer {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let since = 0;
  return {
    start() {
      if (timer !== undefined) return;
      since = Date.now();
      timer = setTimeout(act, afterMs);
      (timer as { unref?: () => void }).unref?.();
    },
    stop() {
      clearTimeout(timer);
      timer = undefined;
    },
    isLate: () => timer !== undefined && Date.now() - since >= LATE_MS,
  };
}

/** Resolves when work is done that never fails, or when the time is up. */
function atMost(work: PromiseLike<void>, timeMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, timeMs);
    void work.then(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/**
 * What waits of a token: its latest use, and before that those without which the repository, whose expiry of the token is `stored`, would
 * take it for expired by then and leave the latest out.
 */
function withUse(waiting: readonly Use[], use: Use, stored: number | null): readonly Use[] {
  const last = waiting.at(-1);
  if (last === undefined) return [use];
  const expiry = waiting.at(-2)?.expiresAt ?? stored;
  const isLivingWithoutLast = expiry === null || use.usedAt < expiry;
  return [...(isLivingWithoutLast ? waiting.slice(0, -1) : waiting), laterUse(use, last)];
}

/** Forward only, as in the store: a clock that steps back takes no use back that waits (CORE-22). */
function laterUse(use: Use, waiting: Use): Use {
  return {
    id: use.id,
    usedAt: Math.max(use.usedAt, waiting.usedAt),
    ...(use.expiresAt === null || use.expiresAt < (waiting.expiresAt ?? 0)
      ? { expiresAt: waiting.expiresAt, decidedOn: waiting.decidedOn ?? null }
      : { expiresAt: use.expiresAt, decidedOn: use.decidedOn ?? null }),
  };
}
