import type { InvalidationBus } from "../ports/invalidation-bus.ts";
import { assertDeepEqual, assertTrue } from "./assert.ts";
import { type Cases, type ConformanceOptions, registerCases } from "./cases.ts";
import type { Runner } from "./runner.ts";

/** Longer than any bus takes on a loaded machine: it is waited for only when a message is lost. */
const ARRIVAL_MS = 5000;

/** A subscriber that remembers the keys it was told. */
interface Listener {
  readonly heard: Set<string>;
  readonly stop: () => void | Promise<void>;
}

async function listen(bus: InvalidationBus, thrown?: Error): Promise<Listener> {
  const heard = new Set<string>();
  const stop = await bus.subscribe((keys) => {
    for (const key of keys) heard.add(key);
    if (thrown !== undefined) throw thrown;
  });
  return { heard, stop };
}

async function assertHears({ heard }: Listener, ...keys: readonly string[]): Promise<void> {
  const deadline = Date.now() + ARRIVAL_MS;
  while (!keys.every((key) => heard.has(key)) && Date.now() < deadline) await pause(5);
  assertDeepEqual([...heard].sort(), [...keys].sort());
}

function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}

const cases: Cases<InvalidationBus> = {
  "a key reaches every subscriber, on this instance and the other": async ({ subject, peer }) => {
    const listeners = [await listen(subject), await listen(subject), await listen(peer)];
    await subject.publish(["token:1"]);
    for (const listener of listeners) await assertHears(listener, "token:1");
    await peer.publish(["token:2"]);
    for (const listener of listeners) await assertHears(listener, "token:1", "token:2");
  },

  "all keys of a message arrive, whatever is in them": async ({ subject, peer }) => {
    const listener = await listen(peer);
    const keys = ["*", "owner:Zoë Ω 🗝️", "token:a,b c\n", `quote"'\\`, ""];
    await subject.publish(keys);
    await assertHears(listener, ...keys);
  },

  "a thousand keys arrive, in one message or in many": async ({ subject, peer }) => {
    const listener = await listen(peer);
    const keys = Array.from({ length: 1000 }, (_, index) => `token:${index}`);
    await subject.publish(keys.slice(500));
    await Promise.all(keys.slice(0, 500).map((key) => subject.publish([key])));
    await assertHears(listener, ...keys);
  },

  "a message without keys tells nothing": async ({ subject }) => {
    const listener = await listen(subject);
    await subject.publish([]);
    await subject.publish(["after"]);
    await assertHears(listener, "after");
  },

  "publishing resolves when nobody has subscribed": async ({ subject }) => {
    await subject.publish(["token:1"]);
  },

  "a subscription tells only what is published after it": async ({ subject, peer }) => {
    const early = await listen(subject);
    await subject.publish(["before"]);
    await assertHears(early, "before");
    const late = await listen(peer);
    await subject.publish(["after"]);
    await assertHears(late, "after");
  },

  "who has unsubscribed is told nothing more": async ({ subject, peer }) => {
    const [gone, stays] = [await listen(peer), await listen(peer)];
    await gone.stop();
    await gone.stop();
    await subject.publish(["token:1"]);
    await assertHears(stays, "token:1");
    await pause(20);
    await assertHears(gone);
  },

  "one handler may subscribe twice, and end one of the two": async ({ subject }) => {
    const heard = new Set<string>();
    const handler = (keys: readonly string[]) => {
      for (const key of keys) heard.add(key);
    };
    const first = await subject.subscribe(handler);
    const second = await subject.subscribe(handler);
    await first();
    await subject.publish(["token:1"]);
    await assertHears({ heard, stop: second }, "token:1");
  },

  "a handler that throws keeps no message from the others, nor fails the publisher": async ({
    subject,
    peer,
  }) => {
    const listeners = [await listen(subject), await listen(peer)];
    const broken = await listen(subject, new Error("a handler's own mistake"));
    listeners.push(await listen(subject), await listen(peer));
    await subject.publish(["token:1"]);
    await subject.publish(["token:2"]);
    for (const listener of [...listeners, broken])
      await assertHears(listener, "token:1", "token:2");
  },

  "a handler may end its own subscription": async ({ subject }) => {
    let calls = 0;
    const stop = await subject.subscribe(() => {
      calls += 1;
      void stop();
    });
    const listener = await listen(subject);
    await subject.publish(["token:1"]);
    await assertHears(listener, "token:1");
    await pause(20);
    await subject.publish(["token:2"]);
    await assertHears(listener, "token:1", "token:2");
    assertTrue(calls === 1, `a handler that has unsubscribed was called again: ${calls} calls`);
  },
};

/**
 * Registers the cases that prove every guarantee of {@link InvalidationBus}.
 *
 * `create` makes a bus for each case; give a `peer` too (another connection to the same channel) where messages travel between
 * processes. Throws TypeError when `skip` names no case.
 *
 * @example
 * busConformance({ describe, test }, { create: () => ({ subject: myBus() }) });
 */
export function busConformance(runner: Runner, options: ConformanceOptions<InvalidationBus>): void {
  registerCases(runner, "invalidation bus", { messages: cases }, options);
}
