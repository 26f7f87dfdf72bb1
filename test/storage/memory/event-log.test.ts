import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import type { Repository } from "../../../src/ports/repository.ts";
import { memoryRepository } from "../../../src/storage/memory/repository.ts";
import { claimAt, outcome, sampleNotice } from "../../../src/testing/repository/notices.ts";
import {
  ACCOUNT,
  commitOk,
  eventIds,
  NOW,
  sampleEvent,
} from "../../../src/testing/repository/samples.ts";

setFlagsFromString("--expose-gc");
// What `gc` is in a context that is made after the flag was set.
const collectGarbage = runInNewContext("gc") as () => void;

const CHANNELS = ["notifier", "hook"];

/** Commits an event, delivers its notices, and hands back what the repository itself keeps of it. */
async function deliverOne(repository: Repository, age: number): Promise<WeakRef<object>> {
  const event = sampleNotice({ at: NOW - age, data: { age } });
  await commitOk(repository, { events: [event], channels: CHANNELS });
  for (const channel of CHANNELS) {
    await claimAt(repository, NOW, { channels: [channel] });
    await repository.settleNotices([outcome(event.id, "delivered", { channel })]);
  }
  const [stored] = await repository.events({ account: ACCOUNT, limit: 1 });
  return new WeakRef(stored?.data ?? {});
}

test("nothing is left in memory of an event that is pruned", async () => {
  const repository = memoryRepository();
  const held: WeakRef<object>[] = [];
  for (const age of [1, 3, 2]) held.push(await deliverOne(repository, age));
  expect(await repository.pruneEvents(NOW, 2)).toBe(2);
  // What was looked at in a turn is not let go before its end.
  await new Promise((resolve) => setTimeout(resolve, 5));
  collectGarbage();
  expect(held.map((reference) => reference.deref())).toEqual([{ age: 1 }, undefined, undefined]);
});

test("events by the thousand are pruned in parts", async () => {
  const repository = memoryRepository();
  const events = Array.from({ length: 5000 }, (_, index) =>
    sampleEvent({ at: NOW + index, account: `account ${index % 50}` }),
  );
  await commitOk(repository, { events });
  for (let part = 1; part <= 4; part += 1)
    expect(await repository.pruneEvents(NOW + 4000, 1000)).toBe(1000);
  expect(await repository.pruneEvents(NOW + 4000, 1000)).toBe(0);
  expect(await eventIds(repository, { account: "account 7" })).toHaveLength(20);
});
