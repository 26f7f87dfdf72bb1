import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type {
  BudgetStore,
  OutagePolicy,
  Secret,
  TokenryOptions,
  Verdict,
} from "../../../src/index.ts";
import { createWorld, type World } from "../../support/world.ts";
import { runningClock } from "./scene.ts";

/** Of `scarce`, what is spent does not come back while a test lasts; of `plenty`, it does not matter. */
const APIS: TokenryOptions["apis"] = {
  scarce: { limit: 20, window: { days: 1 } },
  plenty: { limit: 1_000_000, window: { days: 1 } },
};

/** A token's share of `scarce`. */
export const SHARE = 10;

/** Spent of `plenty` at first: who has more left is not told by the store. */
const MARK = 250_000;

/** A node whose budgets are in a store. */
export interface BudgetNode {
  readonly policy: OutagePolicy;
  readonly world: World;
  /** How many of so many calls at once were answered so, of what is scarce. */
  burst(calls: number): Promise<Readonly<Record<string, number>>>;
  /** A call of what is plenty. */
  call(): Promise<string>;
  /** Resolves when the store answers again, and not the policy in its place. */
  isBack(): Promise<void>;
}

/** Makes a node, and spends some of both of its budgets. */
export async function budgetNode(budgets: BudgetStore, spent: number): Promise<BudgetNode> {
  const world = createWorld({ apis: APIS, clock: runningClock(), budgets });
  const { secret } = await world.issue();
  const node = new Node(budgets.onOutage ?? "local", world, secret);
  await node.mark();
  assert.deepEqual(await node.burst(spent), { ok: spent });
  return node;
}

class Node implements BudgetNode {
  readonly policy: OutagePolicy;
  readonly world: World;
  readonly #secret: Secret;

  constructor(policy: OutagePolicy, world: World, secret: Secret) {
    this.policy = policy;
    this.world = world;
    this.#secret = secret;
  }

  async mark(): Promise<void> {
    const verdict = await this.#verify("plenty", MARK);
    assert.ok(verdict.ok);
  }

  async burst(calls: number): Promise<Readonly<Record<string, number>>> {
    const verdicts = await Promise.all(
      Array.from({ length: calls }, () => this.#verify("scarce", 1)),
    );
    const codes: Record<string, number> = {};
    for (const code of verdicts.map(codeOf)) codes[code] = (codes[code] ?? 0) + 1;
    return codes;
  }

  async call(): Promise<string> {
    return codeOf(await this.#verify("plenty", 1));
  }

  async isBack(): Promise<void> {
    for (;;) {
      const verdict = await this.#verify("plenty", 1);
      if (verdict.ok && verdict.budget.limit - verdict.budget.remaining >= MARK) return;
      await sleep(5);
    }
  }

  #verify(api: string, cost: number): Promise<Verdict> {
    return this.world.tokens.verify(this.#secret, { api, method: "GET", cost });
  }
}

function codeOf(verdict: Verdict): string {
  return verdict.ok ? "ok" : verdict.code;
}
