import type { Tokenry } from "../face.ts";
import type { TokenEvent } from "../model.ts";
import type { Session } from "./session.ts";

/** What to follow, and how to write an event. */
export interface Following {
  readonly session: Session;
  readonly tokens: Pick<Tokenry, "events">;
  readonly filter: Omit<Parameters<Tokenry["events"]>[0], "cursor" | "limit">;
  readonly lineOf: (event: TokenEvent) => string;
}

const EVERY_MS = 2000;
const PAGE = 200;
/** Nodes' clocks differ, and a transaction may end after one that began later: what is a little older may still come. */
const LOOK_BACK_MS = 60_000;

/** Writes new events, oldest first, until the person interrupts or nobody reads. Asks every two seconds. */
export async function followEvents({ session, tokens, filter, lineOf }: Following): Promise<void> {
  const { terminal } = session;
  const seen = new Map<string, number>();
  const newSince = async (since: number): Promise<readonly TokenEvent[]> => {
    const events = await eventsSince(tokens, filter, since);
    const unseen = events.filter(({ id }) => !seen.has(id)).reverse();
    for (const { id, at } of unseen) seen.set(id, at.getTime());
    for (const [id, at] of seen) if (at < since) seen.delete(id);
    return unseen;
  };
  const began = terminal.now();
  const since = filter.since?.getTime();
  // What was there before is not new, unless it was asked for.
  const first = await newSince(since ?? began - LOOK_BACK_MS);
  let isRead = since === undefined || (await session.print(first.map(lineOf)));
  while (isRead && !terminal.interrupted.aborted) {
    await terminal.sleep(EVERY_MS);
    const events = await newSince(Math.max(since ?? 0, terminal.now() - LOOK_BACK_MS));
    isRead = await session.print(events.map(lineOf));
  }
}

/** All events from a time on, newest first. */
async function eventsSince(
  tokens: Following["tokens"],
  filter: Following["filter"],
  since: number,
): Promise<readonly TokenEvent[]> {
  const all: TokenEvent[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await tokens.events({ ...filter, since: new Date(since), limit: PAGE, cursor });
    all.push(...page.events);
    if (page.cursor === undefined) return all;
    cursor = page.cursor;
  }
}
