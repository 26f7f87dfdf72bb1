import { describe, expect, test } from "vitest";
import type { NoticeOutcome } from "../../src/index.ts";
import { createSettling } from "../../src/state/settling.ts";

const outcome = (id: string): NoticeOutcome => ({
  ...{ id, channel: "mail", attempt: 1 },
  status: "delivered",
});

/** A store that answers when told to. */
function heldStore() {
  const batches: (readonly NoticeOutcome[])[] = [];
  const answers: ((answer: readonly boolean[] | Error) => void)[] = [];
  return {
    batches,
    answer: (answer: readonly boolean[] | Error) => answers.shift()?.(answer),
    settleNotices(outcomes: readonly NoticeOutcome[]): Promise<readonly boolean[]> {
      batches.push(outcomes);
      return new Promise((resolve, reject) => {
        answers.push((answer) => (answer instanceof Error ? reject(answer) : resolve(answer)));
      });
    },
  };
}

const idsOf = (batches: readonly (readonly NoticeOutcome[])[]): unknown =>
  batches.map((batch) => batch.map(({ id }) => id));

describe("settling", () => {
  test("what ends while a write is on its way goes with the next", async () => {
    const store = heldStore();
    const settled: string[] = [];
    const settling = createSettling(store, ({ id }) => settled.push(id));
    for (const id of ["a", "b"]) settling.add(outcome(id));
    await Promise.resolve();
    for (const id of ["c", "d"]) settling.add(outcome(id));
    const end = settling.end();
    store.answer([true, false]);
    await expect.poll(() => store.batches.length).toBe(2);
    store.answer([true, true]);
    await end;
    expect(idsOf(store.batches)).toEqual([
      ["a", "b"],
      ["c", "d"],
    ]);
    expect(settled).toEqual(["a", "c", "d"]);
  });

  test("what a write failed with is thrown at the end, and known before it", async () => {
    const store = heldStore();
    const settling = createSettling(store, () => undefined);
    settling.add(outcome("a"));
    await Promise.resolve();
    expect(settling.hasFailed).toBe(false);
    store.answer(new Error("out of reach"));
    await expect(settling.end()).rejects.toThrow("out of reach");
    expect(settling.hasFailed).toBe(true);
  });

  test("nothing is lost, whenever in the course of a write it is added", async () => {
    for (let first = 0; first < 8; first++) {
      for (let second = 0; second < 8; second++) {
        const settled: string[] = [];
        const store = {
          settleNotices: async (outcomes: readonly NoticeOutcome[]) => outcomes.map(() => true),
        };
        const settling = createSettling(store, ({ id }) => settled.push(id));
        for (const [id, ticks] of Object.entries({ a: 0, b: first, c: second })) {
          for (let tick = 0; tick < ticks; tick++) await Promise.resolve();
          settling.add(outcome(id));
        }
        await settling.end();
        expect(settled).toEqual(["a", "b", "c"]);
      }
    }
  });

  test("with nothing to settle it writes nothing", async () => {
    const store = heldStore();
    await createSettling(store, () => undefined).end();
    expect(store.batches).toEqual([]);
  });
});
