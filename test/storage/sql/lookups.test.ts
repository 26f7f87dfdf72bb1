import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Deadlines } from "../../../src/storage/sql/deadline.ts";
import { type LookupLimits, Lookups } from "../../../src/storage/sql/lookups.ts";

const TIMEOUT_MS = 1000;

interface Found {
  readonly key: string;
}

/** One statement that is on its way. */
interface Sent {
  readonly keys: readonly string[];
  /** Brings what was asked for, all of it or what is given. */
  readonly answer: (answers?: ReadonlyMap<string, Found | Error>) => void;
  readonly fail: (error: Error) => void;
}

function lookupsWith(limits: Partial<LookupLimits> = {}) {
  const sent: Sent[] = [];
  const read = (keys: readonly string[]) =>
    new Promise<ReadonlyMap<string, Found | Error>>((resolve, reject) => {
      const all = new Map(keys.map((key) => [key, { key }]));
      sent.push({ keys, answer: (answers = all) => resolve(answers), fail: reject });
    });
  const lookups = new Lookups<Found>(
    read,
    { atOnce: 2, most: 4, ...limits },
    new Deadlines(TIMEOUT_MS),
  );
  const find = (...keys: string[]) => lookups.find(keys);
  return { sent, find };
}

/** What follows at the end of this tick has been done. */
const tick = (): Promise<void> => Promise.resolve();

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("what arrives together goes together", () => {
  test("a lone look-up goes in the tick in which it came, without a timer", async () => {
    const { sent, find } = lookupsWith();
    const found = find("a");
    await tick();
    expect(sent.map(({ keys }) => keys)).toEqual([["a"]]);
    expect(vi.getTimerCount()).toBe(0);
    sent[0]?.answer();
    expect(await found).toEqual({ key: "a" });
  });

  test("look-ups of one tick are one statement, each gets its own, and what is not there is undefined", async () => {
    const { sent, find } = lookupsWith();
    const found = [find("a"), find("b", "c"), find("nothing")];
    await tick();
    expect(sent.map(({ keys }) => keys)).toEqual([["a", "b", "c", "nothing"]]);
    sent[0]?.answer(new Map(["a", "c"].map((key) => [key, { key }])));
    expect(await Promise.all(found)).toEqual([{ key: "a" }, { key: "c" }, undefined]);
  });

  test("more than fit into one statement go in two at once", async () => {
    const { sent, find } = lookupsWith();
    const found = ["a", "b", "c", "d", "e"].map((key) => find(key));
    await tick();
    expect(sent.map(({ keys }) => keys)).toEqual([["a", "b", "c", "d"], ["e"]]);
    for (const { answer } of sent) answer();
    expect(await Promise.all(found)).toHaveLength(5);
  });

  test("while the allowed statements are on their way, others wait, and then go together", async () => {
    const { sent, find } = lookupsWith();
    const found: Promise<unknown>[] = [];
    for (const key of ["a", "b", "c", "d"]) {
      found.push(find(key));
      await tick();
    }
    expect(sent.map(({ keys }) => keys)).toEqual([["a"], ["b"]]);
    sent[1]?.answer();
    await found[1];
    expect(sent.map(({ keys }) => keys)).toEqual([["a"], ["b"], ["c", "d"]]);
    sent[0]?.answer();
    sent[2]?.answer();
    expect(await Promise.all(found)).toEqual(["a", "b", "c", "d"].map((key) => ({ key })));
  });

  test("an answer that is an error fails its look-up, and a statement that fails all of its own", async () => {
    const { sent, find } = lookupsWith();
    const first = Promise.allSettled([find("a"), find("b")]);
    await tick();
    const other = find("c");
    await tick();
    const unreadable = new Error("unreadable");
    sent[0]?.answer(
      new Map<string, Found | Error>([
        ["a", unreadable],
        ["b", { key: "b" }],
      ]),
    );
    sent[1]?.fail(new Error("outage"));
    expect(await first).toEqual([
      { status: "rejected", reason: unreadable },
      { status: "fulfilled", value: { key: "b" } },
    ]);
    await expect(other).rejects.toThrow("outage");
    const next = find("d");
    await tick();
    sent[2]?.answer();
    expect(await next).toEqual({ key: "d" });
  });
});

describe("statements that hang", () => {
  test("a look-up waits no longer than its deadline for a statement to come back", async () => {
    const { sent, find } = lookupsWith({ atOnce: 1 });
    void find("a");
    await tick();
    const waiting = expect(find("b")).rejects.toThrow("did not answer within 1000 ms");
    await vi.advanceTimersByTimeAsync(TIMEOUT_MS - 1);
    const later = find("c");
    await vi.advanceTimersByTimeAsync(10);
    await waiting;
    sent[0]?.answer();
    await vi.advanceTimersByTimeAsync(0);
    expect(sent.map(({ keys }) => keys)).toEqual([["a"], ["c"]]);
    sent[1]?.answer();
    expect(await later).toEqual({ key: "c" });
  });

  test("one of two does not keep the others from being answered", async () => {
    const { sent, find } = lookupsWith();
    void find("hangs");
    for (const key of ["a", "b", "c"]) {
      await tick();
      const found = find(key);
      await tick();
      sent.at(-1)?.answer();
      expect(await found).toEqual({ key });
    }
    expect(sent).toHaveLength(4);
  });

  test("look-ups that were given up are not sent", async () => {
    const { sent, find } = lookupsWith({ atOnce: 1 });
    void find("a");
    await tick();
    const given = Promise.allSettled(["b", "c", "d", "e", "f"].map((key) => find(key)));
    await vi.advanceTimersByTimeAsync(TIMEOUT_MS + 10);
    expect((await given).map(({ status }) => status)).toEqual(Array(5).fill("rejected"));
    sent[0]?.answer();
    await vi.advanceTimersByTimeAsync(0);
    expect(sent).toHaveLength(1);
  });
});
