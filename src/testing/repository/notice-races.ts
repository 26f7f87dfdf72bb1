import type { ClaimedNotice, Repository, StoredEvent } from "../../ports/repository.ts";
import { assertDeepEqual, assertEqual, assertTrue } from "../assert.ts";
import type { CaseContext, Cases } from "../cases.ts";
import { atOnce } from "./at-once.ts";
import {
  claimAt,
  claimed,
  commitNotices,
  FAR,
  LEASE_MS,
  outcome,
  sampleNotice,
  settleOne,
} from "./notices.ts";
import {
  ACCOUNT,
  commitOk,
  eventIds,
  idsOf,
  jitter,
  NOW,
  sampleEvent,
  sampleId,
} from "./samples.ts";

const CHANNELS = ["mail", "hook"];

/** Workers that claim and hand what they claim to `handle`, until `isOver`. */
async function work(
  context: CaseContext<Repository>,
  handle: (repository: Repository, notices: readonly ClaimedNotice[]) => Promise<void>,
  isOver: () => boolean,
): Promise<void> {
  await atOnce(8, context, async (repository, index) => {
    for (let rounds = 0; !isOver(); rounds += 1) {
      assertTrue(rounds < 10_000, "notices that are due are never claimed");
      const channels = index % 3 === 0 ? CHANNELS : CHANNELS.slice(index % 2, (index % 2) + 1);
      await handle(repository, await claimAt(repository, NOW, { channels, limit: 3 }));
      await jitter();
    }
  });
}

function placeOf({ event, channel }: Pick<ClaimedNotice, "event" | "channel">): string {
  return `${event.id} ${channel}`;
}

const claimRaces: Cases<Repository> = {
  "twenty workers claim two hundred notices, each once": async (context) => {
    const events = Array.from({ length: 200 }, () => sampleNotice());
    await commitOk(context.subject, { events });
    const claims = await atOnce(20, context, async (repository) => {
      const mine: string[] = [];
      for (;;) {
        const places = await claimed(repository, NOW, { limit: 7 });
        assertTrue(places.length <= 7, "no claim is of more than its limit");
        if (places.length === 0) return mine;
        mine.push(...places);
        assertTrue(mine.length <= events.length, "notices are claimed again and again");
        await jitter();
      }
    });
    assertDeepEqual(
      claims.flat().sort(),
      idsOf(events).map((id) => `${id} #1`),
    );
  },

  "of twenty workers one claims a notice whose lease ran out": async (context) => {
    const [event] = await commitNotices(context.subject, 1);
    await claimed(context.subject, NOW);
    const claims = await atOnce(20, context, (repository) => claimed(repository, NOW + LEASE_MS));
    assertDeepEqual(claims.flat(), [`${event?.id} #2`]);
  },

  "whatever workers claim, settle, give back and try again at once: each notice once, in the order of its token":
    async (context) => {
      const events = Array.from({ length: 10 }, () => sampleId()).flatMap((tokenId) =>
        Array.from({ length: 6 }, () => sampleNotice({ tokenId })),
      );
      await commitOk(context.subject, { events, channels: CHANNELS });
      const delivered = new Map<string, string[]>();
      const inHand = new Set<string>();
      let left = events.length * CHANNELS.length;
      const settle = async (repository: Repository, notice: ClaimedNotice, index: number) => {
        const { event, channel, attempt } = notice;
        const lane = `${event.tokenId} ${channel}`;
        const isLast = (index + attempt) % 3 !== 0;
        const status = isLast ? "delivered" : (["retry", "released"] as const)[index % 2];
        // Before it is settled: from then on others may have the next.
        inHand.delete(lane);
        if (isLast) delivered.set(lane, [...(delivered.get(lane) ?? []), event.id]);
        const fields = { attempt, channel };
        assertEqual(await settleOne(repository, event.id, status ?? "retry", fields), true);
        if (isLast) left -= 1;
      };
      const handle = async (repository: Repository, notices: readonly ClaimedNotice[]) => {
        for (const { event, channel } of notices) {
          const lane = `${event.tokenId} ${channel}`;
          assertTrue(!inHand.has(lane), "two notices of a token are in hand on one channel");
          inHand.add(lane);
        }
        await jitter();
        await Promise.all(notices.map((notice, index) => settle(repository, notice, index)));
      };
      await work(context, handle, () => left <= 0);
      for (const [lane, ids] of delivered) {
        const ofToken = events.filter(({ tokenId }) => lane.startsWith(`${tokenId} `));
        assertDeepEqual(ids, idsOf(ofToken));
      }
      assertEqual(delivered.size, 10 * CHANNELS.length);
      assertDeepEqual(await claimed(context.subject, FAR, { channels: CHANNELS }), []);
    },

  "notices that are committed while workers claim are all claimed, each once a channel": async (
    context,
  ) => {
    const writers = Array.from({ length: 20 }, () => sampleId());
    const committed: StoredEvent[] = [];
    const got: string[] = [];
    let writing = writers.length;
    const handle = async (repository: Repository, notices: readonly ClaimedNotice[]) => {
      got.push(...notices.map(placeOf));
      await repository.settleNotices(
        notices.map(({ event, channel }) => outcome(event.id, "delivered", { channel })),
      );
    };
    const write = atOnce(writers.length, context, async (repository, index) => {
      const tokenId = writers[index] ?? null;
      const fields = { tokenId, account: `account ${index}` };
      committed.push(...(await commitNotices(repository, 3, fields, { channels: CHANNELS })));
      writing -= 1;
    });
    const isOver = () => writing === 0 && got.length >= committed.length * CHANNELS.length;
    await Promise.all([write, work(context, handle, isOver)]);
    const places = committed.flatMap((event) =>
      CHANNELS.map((channel) => placeOf({ event, channel })),
    );
    assertDeepEqual(got.sort(), places.sort());
  },
};

const settleRaces: Cases<Repository> = {
  "of twenty workers that settle one claim one does": async (context) => {
    const [event] = await commitNotices(context.subject, 1);
    await claimed(context.subject, NOW);
    const settled = await atOnce(20, context, (repository) =>
      settleOne(repository, event?.id ?? "", "delivered"),
    );
    assertEqual(settled.filter(Boolean).length, 1);
  },

  "twenty workers settle the same fifty claims in any order: each claim once": async (context) => {
    const ids = idsOf(await commitNotices(context.subject, 50));
    await claimed(context.subject, NOW);
    const statuses = ["delivered", "retry", "released", "parked"] as const;
    const settled = await atOnce(20, context, (repository, index) => {
      const outcomes = ids.map((id) => outcome(id, statuses[index % 4] ?? "retry"));
      return repository.settleNotices(index % 3 === 0 ? outcomes.toReversed() : outcomes);
    });
    assertEqual(settled.flat().filter(Boolean).length, ids.length);
  },

  "of ten that take the same parked notices out each notice is counted once": async (context) => {
    const { subject } = context;
    const ids = idsOf(await commitNotices(subject, 40));
    await claimed(subject, NOW);
    await subject.settleNotices(ids.map((id) => outcome(id, "parked")));
    const counts = await atOnce(10, context, (repository) => repository.retryNotices({}));
    assertEqual(
      counts.reduce((sum, count) => sum + count, 0),
      ids.length,
    );
    assertEqual((await claimAt(subject, NOW)).length, ids.length);
  },

  "ten that prune at once delete each event once, and none that is to be delivered": async (
    context,
  ) => {
    const { subject } = context;
    const kept = await commitNotices(subject, 5, { at: NOW - 1 });
    const old = Array.from({ length: 60 }, () => sampleEvent({ at: NOW - 1 }));
    const fresh = [sampleEvent()];
    await commitOk(subject, { events: [...old, ...fresh] });
    const counts = await atOnce(10, context, async (repository, index) => {
      let count = 0;
      for (let round = 0; round < 20; round += 1) {
        count += await repository.pruneEvents(NOW, 3 + index);
        await jitter();
      }
      return count;
    });
    assertEqual(
      counts.reduce((sum, count) => sum + count, 0),
      old.length,
    );
    assertDeepEqual(
      await eventIds(subject, { account: ACCOUNT }),
      idsOf([...kept, ...fresh]).toReversed(),
    );
  },
};

export const noticeRaces: Cases<Repository> = { ...claimRaces, ...settleRaces };
