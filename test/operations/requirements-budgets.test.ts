import { expect, test } from "vitest";
import { type BudgetStore, memoryBudgets } from "../../src/index.ts";
import { createWorld } from "../support/world.ts";

/** Budgets behind a wire on which calls overtake each other. */
function remoteBudgets(): BudgetStore {
  const store = memoryBudgets();
  return {
    async take(...call) {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 3));
      return store.take(...call);
    },
  };
}

test("T-12 three nodes that want the last of a budget at once get no more than there is", async () => {
  const world = createWorld({
    budgets: remoteBudgets(),
    apis: { orders: { limit: 30, window: { minutes: 1 } } },
  });
  const nodes = [world.tokens, world.node(), world.node()];
  const issued = [await world.issue(), await world.issue(), await world.issue()];
  const calls = issued.flatMap(({ secret }) =>
    Array.from({ length: 60 }, (_, index) =>
      (nodes[index % 3] ?? world.tokens).verify(secret, { api: "orders", method: "GET" }),
    ),
  );
  const verdicts = await Promise.all(calls);
  const accepted = verdicts.flatMap((verdict) => (verdict.ok ? [verdict.token.id] : []));
  expect(accepted).toHaveLength(30);
  for (const { token } of issued)
    expect(accepted.filter((id) => id === token.id).length).toBeLessThanOrEqual(15);
  expect(new Set(verdicts.map((verdict) => verdict.ok || verdict.code))).toEqual(
    new Set([true, "budget_exceeded"]),
  );
});
