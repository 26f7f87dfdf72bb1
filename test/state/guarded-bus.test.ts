import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { InvalidationBus } from "../../src/ports/invalidation-bus.ts";
import { guardedBus } from "../../src/state/guarded-bus.ts";

/** A bus that sends nothing while it is out, and what it has sent. */
function faultyBus() {
  const sent: string[][] = [];
  const state = { isOut: true };
  const bus: InvalidationBus = {
    async publish(keys) {
      if (state.isOut) throw new Error("out of reach");
      sent.push([...keys]);
    },
    subscribe: async () => () => {},
  };
  return { bus, sent, state };
}

describe("a message that cannot be sent", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test("is reported, and made up for by everything as soon as that can be sent", async () => {
    const { bus, sent, state } = faultyBus();
    const reports: unknown[] = [];
    const guarded = guardedBus(bus, (cause) => reports.push(cause));
    await guarded.publish(["token:1"]);
    await guarded.publish(["token:2"]);
    expect(reports).toEqual([new Error("out of reach"), new Error("out of reach")]);
    await vi.advanceTimersByTimeAsync(5000);
    expect(sent).toEqual([]);
    state.isOut = false;
    await vi.advanceTimersByTimeAsync(1000);
    expect(sent).toEqual([["*"]]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sent).toEqual([["*"]]);
  });

  test("is let be once the bus is closed", async () => {
    const { bus, sent, state } = faultyBus();
    const guarded = guardedBus(bus, () => {});
    await guarded.publish(["token:1"]);
    guarded.close();
    state.isOut = false;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sent).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
