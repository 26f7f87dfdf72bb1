import type { NoticeClaim } from "../../ports/repository.ts";
import { dueHeads, dueWithHeads } from "./due-statements.ts";
import { compareKeys, type NoticeKey } from "./notice-keys.ts";
import { postpone, type Waiting } from "./postpone-notices.ts";
import { type Row, readInteger, readText } from "./row.ts";
import type { SqlContext } from "./sql-context.ts";

/** The oldest notice of its lane that is neither delivered nor parked, and due. */
export interface Head extends NoticeKey {
  readonly dueAt: number;
}

/** What is looked for, on one channel. */
interface Wanted {
  readonly channel: string;
  readonly limit: number;
  readonly now: number;
}

/** What was found so far. */
interface Found {
  /** By their sequence numbers. */
  readonly heads: Map<number, Head>;
  /** Lanes of which no more need be seen: the head is found, or a worker has a notice. */
  readonly lanes: Set<string>;
}

/** Notices of one look: some more than are wanted, then as many as a statement may well bring. */
const FEWEST = 100;
const MOST = 500;

/** How often a claim looks at what is behind heads, and puts it off. */
const MOST_LOOKS = 3;

/**
 * Heads of lanes that are due, those that have been for longest first: all, or `limit` of each channel or some more. They are not locked:
 * a head stays one until it is delivered or parked, so whoever gets hold of it later has the head.
 *
 * What is due but behind a head has to be read over, and after an outage of a channel that is much. So where heads are few among what was
 * looked at, what is behind one that waits for its next try is made due no sooner than that.
 */
export async function findDue(
  context: SqlContext,
  { channels, limit, now }: NoticeClaim,
): Promise<readonly Head[]> {
  const heads: Head[] = [];
  for (const channel of new Set(channels))
    heads.push(...(await findOn(context, { channel, limit, now })));
  return heads.sort(compareDue);
}

async function findOn(context: SqlContext, wanted: Wanted): Promise<readonly Head[]> {
  const { channel, limit, now } = wanted;
  const found: Found = { heads: new Map(), lanes: new Set() };
  let after: Head | undefined;
  for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
    const size = looks === 0 ? Math.min(Math.max(FEWEST, 2 * limit), MOST) : MOST;
    const notices = { channel, now, size, after, without: [...found.lanes] };
    const rows = await dueWithHeads(context, notices);
    const waiting = rows.flatMap((row) => lookAt(row, wanted, found));
    if (found.heads.size >= limit || rows.length < size) return [...found.heads.values()];
    await postpone(context, { channel, now, waiting });
    after = rows.map((row) => placeOf(row, channel)).reduce(later);
  }
  const rest = { channel, now, size: limit, after, without: [...found.lanes] };
  for (const row of await dueHeads(context, rest)) {
    const head = placeOf(row, channel);
    found.heads.set(head.sequence, head);
  }
  return [...found.heads.values()];
}

/** Notes what a notice that is due tells of its lane, and hands it back where it is behind a head that waits. */
function lookAt(row: Row, { channel, now }: Wanted, { heads, lanes }: Found): readonly Waiting[] {
  const [sequence, dueAt] = [readInteger(row, "head"), readInteger(row, "head_due_at")];
  if (dueAt > now && readInteger(row, "head_claimed") === 0)
    return [{ sequence: readInteger(row, "sequence"), until: dueAt }];
  lanes.add(readText(row, "lane"));
  // What a worker has may be delivered, and the next be due, at any time.
  if (dueAt <= now && readInteger(row, "others_in_hand") === 0)
    heads.set(sequence, { sequence, channel, dueAt });
  return [];
}

function placeOf(row: Row, channel: string): Head {
  return { sequence: readInteger(row, "sequence"), channel, dueAt: readInteger(row, "due_at") };
}

function later(a: Head, b: Head): Head {
  return compareDue(a, b) > 0 ? a : b;
}

function compareDue(a: Head, b: Head): number {
  return a.dueAt - b.dueAt || compareKeys(a, b);
}
