import type { Scheduler } from "fast-check";
import { type Repository, SYSTEM } from "../../src/index.ts";
import { type Call, judge, perform } from "./calls.ts";
import type { Outcome } from "./model/outcome.ts";
import { isPending, type Model } from "./model/state.ts";
import { compareStored, lineOf, newModel, type Open, OWNERS, runCall, textOf } from "./sequence.ts";
import { openSystem, type System } from "./system.ts";
import type { Step } from "./targets.ts";

/** What is made at once, in which order the repository gets to it, and what is there before. */
export interface Race {
  readonly prelude: readonly Step[];
  readonly race: readonly Step[];
  readonly scheduler: Scheduler;
}

type Ended = { readonly call: Call; readonly outcome: Outcome<unknown> };

/**
 * Makes calls at once and throws unless there is an order in which the model, too, ends them so and comes to the same tokens and the same
 * trail (promise 1: never more tokens than allowed, no change lost). A refusal or an answer that no order explains is a lost race.
 */
export async function runRace(open: Open, { prelude, race, scheduler }: Race): Promise<void> {
  const gate: { isOpen: boolean } = { isOpen: true };
  const system = await openSystem(open, (repository) => scheduled(repository, scheduler, gate));
  const model = newModel(system);
  const calls: Call[] = [];
  try {
    for (const step of prelude) {
      calls.push(step(model));
      await runCall(system, model, calls.at(-1) as Call);
    }
    const racers = race.map((step) => step(model));
    calls.push(...racers);
    gate.isOpen = false;
    model.isQuiet = false;
    const all = Promise.all(
      racers.map(async (call) => ({ call, outcome: await perform(system, call) })),
    );
    const ended = await scheduler.waitFor(
      all.then(async (outcomes) => {
        await system.settled();
        return outcomes;
      }),
    );
    gate.isOpen = true;
    await explain(system, model, ended);
  } catch (cause) {
    throw new Error(`${textOf(cause)}\n${calls.map(lineOf).join("\n")}`, { cause });
  } finally {
    gate.isOpen = true;
    await system.close();
  }
}

/** Finds the order that explains what happened. */
async function explain(system: System, model: Model, ended: readonly Ended[]): Promise<void> {
  const lists = await Promise.all(OWNERS.map((owner) => listAll(system, owner)));
  const reasons: string[] = [];
  for (const order of permutations(ended)) {
    for (const isOverlooking of [false, true]) {
      const candidate = structuredClone(model);
      try {
        judgeAll(candidate, order, isOverlooking);
        for (const { call, outcome } of lists) judge(candidate, call, outcome);
        await compareStored(system, candidate);
        return;
      } catch (reason) {
        reasons.push(`${order.map(({ call }) => call.name).join(", ")}: ${textOf(reason)}`);
      }
    }
  }
  const outcomes = ended.map(({ outcome }) => JSON.stringify(outcome)).join("\n");
  throw new Error(`No order of the calls ends so:\n${outcomes}\n${reasons.join("\n")}`);
}

/**
 * To end all of an owner's tokens ends those that were there when it looked: one that is issued then and there counts as issued after it
 * (CORE-37), though a third call may have met it already. So does a rotation that was asked for while its primary was there, and that
 * nobody has confirmed. `isOverlooking`: tokens issued right before such a call, and such requests, are of that sort.
 */
function judgeAll(model: Model, order: readonly Ended[], isOverlooking: boolean): void {
  let issued: readonly string[] = [];
  const asked: string[] = [];
  for (const { call, outcome } of order) {
    const endsAll = call.name === "revokeAll" || call.name === "deprovision";
    model.overlooked = new Set(endsAll && isOverlooking ? [...issued, ...asked] : []);
    const known = new Set(model.tokens);
    judge(model, call, outcome);
    const made = model.tokens.filter((token) => !known.has(token));
    asked.push(...made.filter(isPending).map(({ id }) => id));
    issued = call.name === "issue" ? [...issued, ...made.map(({ id }) => id)] : [];
  }
}

async function listAll(system: System, owner: string): Promise<Ended> {
  const call: Call<"list"> = { name: "list", request: { owner, actor: SYSTEM } };
  return { call, outcome: await perform(system, call) };
}

function permutations<Item>(items: readonly Item[]): Item[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, index) =>
    permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]),
  );
}

/** A repository each call of which waits its turn, before it begins and before it is answered, unless the gate is open. */
function scheduled(
  repository: Repository,
  scheduler: Scheduler,
  gate: { readonly isOpen: boolean },
): Repository {
  return new Proxy(repository, {
    get(target, key) {
      // A cast, as a proxy knows its keys at run time only: every key of a repository is a method.
      const method = target[key as keyof Repository] as (...values: unknown[]) => unknown;
      return (...values: unknown[]) =>
        gate.isOpen ? method(...values) : inTurn(scheduler, () => method(...values));
    },
  });
}

async function inTurn(scheduler: Scheduler, run: () => unknown): Promise<unknown> {
  await scheduler.schedule(Promise.resolve());
  const result = await run();
  await scheduler.schedule(Promise.resolve());
  return result;
}
