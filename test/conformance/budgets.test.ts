import { describe, test } from "vitest";
import type { BudgetStore } from "../../src/ports/budget-store.ts";
import { memoryBudgets } from "../../src/storage/memory/budgets.ts";
import { budgetConformance } from "../../src/testing/budget-conformance.ts";

describe("memory", () => {
  budgetConformance({ describe, test }, { create: () => ({ subject: memoryBudgets() }) });
});

describe("memory, behind promises and with a second instance", () => {
  const remote = (store: BudgetStore): BudgetStore => ({
    take: async (buckets, cost, now) => {
      await Promise.resolve();
      return store.take(buckets, cost, now);
    },
  });
  budgetConformance(
    { describe, test },
    {
      create: () => {
        const store = memoryBudgets();
        return { subject: remote(store), peer: remote(store) };
      },
    },
  );
});
