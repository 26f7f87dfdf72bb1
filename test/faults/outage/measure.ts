import assert from "node:assert/strict";
import { watchEventLoop } from "./event-loop.ts";
import type { Scene } from "./scene.ts";

/** What was measured over one or many faults, in milliseconds. */
export interface Figures {
  faults: number;
  /** Until the slowest call was answered. */
  slowestMs: number;
  /** Until the slowest deed was answered that failed. */
  slowestDeedMs: number;
  /** From the return of the server to the answer of the first accepted call that began after it. */
  resumedMs: number;
  /** How late 99 of 100 turns of the event loop were at most, while the faults lasted and shortly after. */
  loopMs: number;
  /** Calls and deeds that were answered with `unavailable`. */
  unavailable: number;
  /** Changes that were acknowledged, and found again. */
  changes: number;
}

/** How a fault begins, what is done while it lasts, and how it ends. */
export interface Fault {
  begin(scene: Scene): unknown;
  endure(scene: Scene): Promise<unknown>;
  end(): unknown;
  /** Resolves when what it has left behind on the server is gone, where it leaves anything. */
  settled?(): Promise<unknown>;
}

/** Deeds that are done between two faults: some of each owner's. */
const DEEDS_BETWEEN = 10;

/**
 * Lets a fault come so many times over a scene and measures what follows. Throws when a call is accepted while it lasts, when one is that
 * should not be before or after, when anything that was acknowledged is lost, or anything else is halved.
 */
export async function measureFaults(scene: Scene, fault: Fault, times: number): Promise<Figures> {
  const { traffic } = scene;
  const { calls, failed } = traffic;
  const seen = { slowestMs: 0, resumedMs: 0, unavailable: 0 };
  const loop = watchEventLoop();
  for (let time = 0; time < times; time += 1) {
    await fault.begin(scene);
    const answers = calls.count();
    await loop.during(fault.endure(scene));
    assert.equal(answers.codes.ok, undefined, "a call was accepted without a server");
    await fault.end();
    const back = performance.now();
    await loop.during(calls.nextAccepted());
    seen.resumedMs = Math.max(seen.resumedMs, performance.now() - back);
    await loop.during(traffic.acknowledged(DEEDS_BETWEEN));
    seen.slowestMs = Math.max(seen.slowestMs, answers.slowestMs);
    seen.unavailable += answers.codes.unavailable ?? 0;
  }
  await traffic.stop();
  await fault.settled?.();
  const changes = await scene.audit();
  return {
    faults: times,
    ...seen,
    ...{ slowestDeedMs: failed.slowestMs, loopMs: loop.lateMs(), changes },
    unavailable: seen.unavailable + failed.count,
  };
}
