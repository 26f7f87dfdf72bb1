import { describe, expect, test } from "vitest";
import type { BudgetStore, OutagePolicy, Taken } from "../../src/ports/budget-store.ts";
import { withOutagePolicy } from "../../src/state/budgets.ts";
import { memoryBudgets } from "../../src/storage/memory/budgets.ts";

const BUCKETS = [{ key: "a", limit: 3, windowMs: 60_000 }];
const failure = new Error("out of reach");
/** What the store says, to tell its answers from those of the local stand-in. */
const FROM_STORE: Taken = { allowed: true, states: [] };

/** A call that waits for the store. */
interface Asked {
  readonly answer: () => void;
  readonly fail: (cause?: unknown) => void;
}

/** A store each call of which waits until the test answers it. */
function heldStore(policy?: OutagePolicy) {
  const asked: Asked[] = [];
  const store: BudgetStore = {
    ...(policy === undefined ? {} : { onOutage: policy }),
    take: () =>
      new Promise((resolve, reject) => {
        asked.push({
          answer: () => resolve(FROM_STORE),
          fail: (cause = failure) => reject(cause as Error),
        });
      }),
  };
  const reports: unknown[] = [];
  const budgets = withOutagePolicy(store, memoryBudgets(), (cause) => reports.push(cause));
  return { asked, reports, take: () => Promise.resolve().then(() => budgets.take(BUCKETS, 1, 0)) };
}

/** Whether a call has been answered by now, and by whom. */
async function outcomeOf(call: Promise<Taken>): Promise<string> {
  const waiting = new Promise<string>((resolve) => setImmediate(() => resolve("waits")));
  const answered = call.then(
    (taken) => (taken === FROM_STORE ? "store" : `local: ${taken.allowed}`),
    (cause: unknown) => (cause === failure ? "refused" : String(cause)),
  );
  return Promise.race([answered, waiting]);
}

describe("during an outage", () => {
  test("one call at a time asks the store, the others are answered at once", async () => {
    const { asked, take } = heldStore();
    const first = take();
    expect(await outcomeOf(first)).toBe("waits");
    asked[0]?.fail();
    expect(await outcomeOf(first)).toBe("local: true");
    const probe = take();
    expect(await outcomeOf(probe)).toBe("waits");
    expect(await outcomeOf(take())).toBe("local: true");
    expect(await outcomeOf(take())).toBe("local: true");
    expect(await outcomeOf(take())).toBe("local: false");
    expect(asked).toHaveLength(2);
    asked[1]?.fail();
    expect(await outcomeOf(probe)).toBe("local: false");
    const next = take();
    expect(await outcomeOf(next)).toBe("waits");
    expect(asked).toHaveLength(3);
    asked[2]?.answer();
    expect(await outcomeOf(next)).toBe("store");
  });

  test("calls of a few accounts ask at once: who is answered does not wait for who is not", async () => {
    const waiting = new Promise<Taken>(() => {});
    const asked: string[] = [];
    let isDown = true;
    const store: BudgetStore = {
      take([{ key = "" } = {}]) {
        asked.push(key);
        if (isDown) throw failure;
        return key === "e" ? Promise.resolve(FROM_STORE) : waiting;
      },
    };
    const budgets = withOutagePolicy(store, memoryBudgets(), () => {});
    const take = (key: string) =>
      Promise.resolve(budgets.take([{ key, limit: 3, windowMs: 60_000 }], 1, 0));
    await take("a");
    isDown = false;
    expect(await Promise.all(["a", "b", "c"].map((key) => outcomeOf(take(key))))).toEqual(
      new Array(3).fill("waits"),
    );
    expect(await outcomeOf(take("a"))).toBe("local: true");
    expect(await outcomeOf(take("e"))).toBe("store");
    expect(asked).toEqual(["a", "a", "b", "c", "e"]);
    expect(await outcomeOf(take("a")), "it is over").toBe("waits");
  });

  test("an answer to the one ends it: all ask the store again", async () => {
    const { asked, take } = heldStore();
    const first = take();
    await outcomeOf(first);
    asked[0]?.fail();
    await first;
    const probe = take();
    await outcomeOf(probe);
    asked[1]?.answer();
    expect(await outcomeOf(probe)).toBe("store");
    const three = [take(), take(), take()];
    expect(await outcomeOf(three[0] as Promise<Taken>)).toBe("waits");
    expect(asked).toHaveLength(5);
  });

  test.each([
    ["deny", "refused"],
    ["allow", "local: true"],
    ["local", "local: true"],
  ] as const)("%s: also those who do not ask are %s", async (policy, outcome) => {
    const { asked, take } = heldStore(policy);
    const first = take();
    await outcomeOf(first);
    asked[0]?.fail();
    expect(await outcomeOf(first)).toBe(outcome);
    expect(await outcomeOf(take())).toBe("waits");
    expect(await outcomeOf(take())).toBe(outcome);
  });

  test("deny: those who do not ask are refused with what the store failed with last", async () => {
    const { asked, take } = heldStore("deny");
    const causes = [failure, new TypeError("another failure")];
    for (const cause of causes) {
      const probe = take();
      await outcomeOf(probe);
      asked.at(-1)?.fail(cause);
      await expect(probe).rejects.toBe(cause);
    }
    void take().catch(() => {});
    await expect(take()).rejects.toBe(causes[1]);
  });

  test("calls that were on their way when it began tell nothing of it, nor of its end", async () => {
    const { asked, reports, take } = heldStore();
    const early = [take(), take(), take()];
    await outcomeOf(early[0] as Promise<Taken>);
    asked[0]?.fail();
    asked[1]?.answer();
    expect(await Promise.all(early.slice(0, 2).map(outcomeOf))).toEqual(["local: true", "store"]);
    const probe = take();
    expect(await outcomeOf(probe)).toBe("waits");
    expect(await outcomeOf(take()), "the answer to an early call ended it").toBe("local: true");
    asked[3]?.answer();
    expect(await outcomeOf(probe)).toBe("store");
    asked[2]?.fail();
    expect(await outcomeOf(early[2] as Promise<Taken>)).toBe("local: true");
    expect(await outcomeOf(take()), "the failure of an early call began another").toBe("waits");
    expect(reports).toEqual([failure]);
  });
});

describe("of an outage", () => {
  const outage = async (policy: OutagePolicy) => {
    const { asked, reports, take } = heldStore(policy);
    const probe = async (end: "answer" | "fail") => {
      const call = take();
      await outcomeOf(call);
      asked.at(-1)?.[end]();
      await outcomeOf(call);
    };
    for (const end of ["fail", "fail", "fail", "answer", "answer", "fail", "fail"] as const) {
      await probe(end);
    }
    return reports;
  };

  test.each(["allow", "local"] as const)("%s tells when it begins, and no more", async (policy) => {
    expect(await outage(policy)).toEqual([failure, failure]);
  });

  test("deny leaves it to who is refused to tell", async () => {
    expect(await outage("deny")).toEqual([]);
  });
});

test("what was spent locally stays spent from one outage to the next", async () => {
  const { asked, take } = heldStore();
  const lastly = async (end: "answer" | "fail") => {
    const call = take();
    await outcomeOf(call);
    asked.at(-1)?.[end]();
    return outcomeOf(call);
  };
  const outcomes: string[] = [];
  for (const end of ["fail", "answer", "fail", "answer", "fail", "answer", "fail"] as const) {
    outcomes.push(await lastly(end));
  }
  expect(outcomes.filter((outcome) => outcome !== "store")).toEqual([
    "local: true",
    "local: true",
    "local: true",
    "local: false",
  ]);
});

describe("a store that answers at once", () => {
  test("is answered at once", () => {
    const budgets = withOutagePolicy(memoryBudgets(), memoryBudgets(), () => {});
    expect(budgets.take(BUCKETS, 1, 0)).toMatchObject({ allowed: true });
  });

  test("fails at once, and is asked by every call, as none has to wait", () => {
    let isDown = true;
    let asked = 0;
    const reports: unknown[] = [];
    const store: BudgetStore = {
      take: () => {
        asked++;
        if (isDown) throw failure;
        return FROM_STORE;
      },
    };
    const budgets = withOutagePolicy(store, memoryBudgets(), (cause) => reports.push(cause));
    for (let call = 0; call < 3; call++) {
      expect(budgets.take(BUCKETS, 1, 0)).toMatchObject({ allowed: true, states: [{ limit: 3 }] });
    }
    isDown = false;
    expect(budgets.take(BUCKETS, 1, 0)).toBe(FROM_STORE);
    expect([asked, reports]).toEqual([4, [failure]]);
  });

  test.each([undefined, null, "text"])("whatever it throws is an outage: %s", (thrown) => {
    const store: BudgetStore = {
      onOutage: "deny",
      take: () => {
        // A cast, as a store in JavaScript may throw anything.
        throw thrown as unknown as Error;
      },
    };
    const budgets = withOutagePolicy(store, memoryBudgets(), () => {});
    for (let call = 0; call < 2; call++) {
      let caught: unknown = "nothing";
      try {
        void budgets.take(BUCKETS, 1, 0);
      } catch (cause) {
        caught = cause;
      }
      expect(caught).toBe(thrown);
    }
  });
});
