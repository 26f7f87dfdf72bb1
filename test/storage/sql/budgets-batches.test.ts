import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Attention, Batches } from "../../../src/storage/sql/budgets-batches.ts";
import { Deadlines } from "../../../src/storage/sql/deadline.ts";

/** Work that is done when it is told to. */
class Workbench {
  readonly batches: (readonly number[])[] = [];
  readonly attentions: Attention[] = [];
  readonly #ends: ((error?: Error) => void)[] = [];

  readonly work = (items: readonly number[], attention: Attention): Promise<readonly string[]> => {
    this.batches.push(items);
    this.attentions.push(attention);
    return new Promise((resolve, reject) => {
      this.#ends.push((error) => (error ? reject(error) : resolve(items.map(String))));
    });
  };

  end(error?: Error): void {
    this.#ends.shift()?.(error);
  }
}

const turn = (): Promise<void> => Promise.resolve();

function open({ most = 256, timeoutMs = 1000 } = {}) {
  const bench = new Workbench();
  const batches = new Batches(bench.work, most, new Deadlines(timeoutMs));
  return { bench, answer: (item: number) => batches.answer(item) };
}

test("what comes in one turn travels together, in order, and each gets its own answer", async () => {
  const { bench, answer } = open();
  const last = turn().then(() => answer(3));
  const answers = [answer(1), answer(2), last];
  await turn();
  await turn();
  expect(bench.batches).toEqual([[1, 2, 3]]);
  bench.end();
  expect(await Promise.all(answers)).toEqual(["1", "2", "3"]);
});

test("a lone one is on its way at the end of the turn, and nothing is done for company", async () => {
  const { bench, answer } = open();
  void answer(1);
  await turn();
  expect(bench.batches).toEqual([[1]]);
});

test("what comes while a batch is under way waits for it, and travels together", async () => {
  const { bench, answer } = open();
  const first = answer(1);
  await turn();
  const later = [answer(2), answer(3)];
  await turn();
  expect(bench.batches).toEqual([[1]]);
  bench.end();
  await first;
  later.push(answer(4));
  await vi.waitFor(() => expect(bench.batches).toHaveLength(2));
  expect(bench.batches[1]).toEqual([2, 3, 4]);
  bench.end();
  expect(await Promise.all(later)).toEqual(["2", "3", "4"]);
});

test("who asks again as soon as it is answered is in the next batch, with all others who do", async () => {
  const { bench, answer } = open();
  const lane = async (item: number): Promise<void> => {
    await answer(item);
    await answer(item + 10);
  };
  void Promise.all([1, 2, 3].map(lane));
  await turn();
  bench.end();
  await vi.waitFor(() => expect(bench.batches).toHaveLength(2));
  expect(bench.batches).toEqual([
    [1, 2, 3],
    [11, 12, 13],
  ]);
});

test("more than a batch holds go in several, one after another", async () => {
  const { bench, answer } = open({ most: 2 });
  const answers = [1, 2, 3, 4, 5].map(answer);
  for (const expected of [[1, 2], [3, 4], [5]]) {
    await vi.waitFor(() => expect(bench.batches.at(-1)).toEqual(expected));
    bench.end();
  }
  expect(await Promise.all(answers)).toEqual(["1", "2", "3", "4", "5"]);
});

test("a batch that fails fails its own; what waits behind is tried", async () => {
  const { bench, answer } = open();
  const failing = answer(1);
  await turn();
  const behind = answer(2);
  const error = new Error("connection lost");
  bench.end(error);
  await expect(failing).rejects.toBe(error);
  await vi.waitFor(() => expect(bench.batches).toHaveLength(2));
  bench.end();
  expect(await behind).toBe("2");
});

describe("silence", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test("a batch that is not answered in time is rejected with all that waits, and the next is tried", async () => {
    const { bench, answer } = open({ most: 2 });
    const lost = [1, 2, 3, 4, 5].map((item) =>
      answer(item).then(
        () => "answered",
        (error: unknown) => String(error),
      ),
    );
    await vi.advanceTimersByTimeAsync(1010);
    const message = "NoAnswerError: The database did not answer within 1000 ms";
    expect(await Promise.all(lost)).toEqual(Array(5).fill(message));
    expect(bench.batches).toHaveLength(1);
    const next = answer(6);
    await turn();
    bench.end();
    bench.end();
    expect(await next).toBe("6");
  });

  test("who works on a batch can tell that nobody waits any more", async () => {
    const { bench, answer } = open();
    const first = answer(1);
    await turn();
    bench.end();
    await first;
    const rejected = expect(answer(2)).rejects.toThrow();
    await vi.advanceTimersByTimeAsync(999);
    expect(bench.attentions.map(({ isGone }) => isGone)).toEqual([false, false]);
    await vi.advanceTimersByTimeAsync(10);
    await rejected;
    expect(bench.attentions.map(({ isGone }) => isGone)).toEqual([false, true]);
  });
});
