import assert from "node:assert/strict";
import type { Repository, StoredEvent } from "../../../src/index.ts";
import { ACCOUNT, OTHER_ACCOUNT } from "../../support/directory.ts";
import { groupBy } from "./group-by.ts";
import type { Entry } from "./outgoing.ts";

/** Something that was sent, and where it stands among all that happened. */
type Sent = Extract<Entry, { readonly type: "sent" }> & { readonly place: number };

/** What was seen. */
export interface Figures {
  readonly notices: number;
  /** Notices that were sent more than once, counted once for each time after the first. */
  readonly duplicates: number;
  /** The most notices that were sent once more because of one kill. */
  readonly mostOfOneKill: number;
}

/** The notices of a store in the order of the trail. */
export async function committedNotices(repository: Repository): Promise<readonly StoredEvent[]> {
  const accounts = [ACCOUNT, OTHER_ACCOUNT];
  const trails = await Promise.all(
    accounts.map((account) => repository.events({ account, limit: 1_000_000 })),
  );
  return trails
    .flat()
    .filter(({ deliver }) => deliver)
    .sort((left, right) => left.sequence - right.sequence);
}

/**
 * Checks what was sent against what was committed: everything at least once; again only what a worker had sent that was dead by then; the
 * notices of a token in their order.
 */
export function judge(notices: readonly StoredEvent[], entries: readonly Entry[]): Figures {
  const places = entries.map((entry, place) => ({ ...entry, place }));
  const sent = groupBy(
    places.filter((entry) => entry.type === "sent"),
    ({ id }) => id,
  );
  const ends = new Map(
    places.flatMap((entry) => (entry.type === "ended" ? [[entry.worker, entry.place]] : [])),
  );
  const missing = notices.filter(({ id }) => !sent.has(id));
  assert.deepEqual(missing, [], "notices were lost");
  assert.equal(sent.size, notices.length, "something was sent that was never committed");
  const again = [...sent.values()].flatMap((times) => repeated(times, ends));
  checkOrder(notices, sent);
  const byKill = groupBy(again, ({ worker }) => worker);
  return {
    notices: notices.length,
    duplicates: again.length,
    mostOfOneKill: Math.max(0, ...[...byKill.values()].map(({ length }) => length)),
  };
}

/** The times that a notice was sent before the last, each by a worker that was dead before the next. */
function repeated(times: readonly Sent[], ends: ReadonlyMap<number, number>): readonly Sent[] {
  for (const [index, next] of times.entries()) {
    const before = times[index - 1];
    if (before === undefined) continue;
    const end = ends.get(before.worker) ?? Number.POSITIVE_INFINITY;
    assert.ok(end < next.place, `${next.id} was sent again while its worker lived`);
    assert.ok(before.attempt < next.attempt, `${next.id} was claimed under a number twice`);
  }
  return times.slice(0, -1);
}

function checkOrder(
  notices: readonly StoredEvent[],
  sent: ReadonlyMap<string, readonly Sent[]>,
): void {
  const last = new Map<string | null, number>();
  for (const { id, tokenId, type } of notices) {
    const first = sent.get(id)?.[0];
    assert.equal(first?.token, tokenId, "a notice of another token than the trail says");
    const place = first?.place ?? -1;
    assert.ok(place > (last.get(tokenId) ?? -1), `${type} overtook an older notice of its token`);
    last.set(tokenId, place);
  }
}
