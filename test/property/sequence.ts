import assert from "node:assert/strict";
import type { Repository } from "../../src/index.ts";
import { SYSTEM } from "../../src/index.ts";
import { START } from "../support/clock.ts";
import {
  ACCOUNT,
  ADA,
  BOB,
  FOREIGN_MANAGER,
  MANAGER,
  OTHER_ACCOUNT,
  STRANGER,
} from "../support/directory.ts";
import { type Call, judge, perform } from "./calls.ts";
import { createModel, eventLine, type Model } from "./model/state.ts";
import type { Step } from "./steps.ts";
import { type Opened, openSystem, type System } from "./system.ts";

export const OWNERS: readonly string[] = [ADA, BOB, MANAGER, STRANGER, FOREIGN_MANAGER];

/** How a repository of its own is made for each sequence. */
export type Open = () => Promise<Opened>;

/** Does steps one after another, in tokenry and in the model, and throws where the two disagree. Returns the number of calls. */
export async function runSequence(open: Open, steps: readonly Step[]): Promise<number> {
  const system = await openSystem(open);
  const model = newModel(system);
  const calls: Call[] = [];
  try {
    for (const step of steps) {
      const call = step(model);
      calls.push(call);
      await runCall(system, model, call);
      // To list writes the uses that wait: what comes between two calls must be seen with them waiting too.
      if (call.name !== "verify" && call.name !== "pass") await compareTokens(system, model);
    }
    await compareTokens(system, model);
    await compareSecrets(system, model);
    await compareTrails(system, model);
  } catch (cause) {
    throw new Error(`${textOf(cause)}\n${calls.map(lineOf).join("\n")}`, { cause });
  } finally {
    await system.close();
  }
  return calls.length;
}

/** A model that knows whom the directory knows. */
export function newModel({ world }: System, isQuiet = true): Model {
  const people = OWNERS.flatMap((id) => world.directory.find(id) ?? []);
  return createModel(START, people, isQuiet);
}

export async function runCall(system: System, model: Model, call: Call): Promise<void> {
  const outcome = await perform(system, call);
  await system.settled();
  judge(model, call, outcome);
}

/** The tokens of every owner who ever had any are those of the model, and no more than their kinds allow. */
async function compareTokens(system: System, model: Model): Promise<void> {
  const owners = new Set([...model.graves.values()].map(({ owner }) => owner));
  for (const owner of owners) {
    await runCall(system, model, { name: "list", request: { owner, actor: SYSTEM } });
  }
}

/** Every secret there ever was opens what the model says, which for the dead ones is nothing. */
async function compareSecrets(system: System, model: Model): Promise<void> {
  const call = { api: "orders", method: "GET", address: "10.1.2.3", cost: 1 };
  for (const secret of model.secrets) {
    await runCall(system, model, { name: "verify", request: { secret, ...call } });
  }
}

/** Every change has its event, and no event is without its change. */
export async function compareTrails({ world }: System, model: Model): Promise<void> {
  const trails = await Promise.all(
    [ACCOUNT, OTHER_ACCOUNT].map((each) => trailOf(world.repository, each)),
  );
  assert.deepEqual(trails.flat().sort(), model.trail.toSorted());
}

async function trailOf(repository: Repository, account: string): Promise<string[]> {
  return (await repository.events({ account, limit: 10_000 })).map(eventLine);
}

/** A call as it can be read, and read in again: symbols by their names. */
export function lineOf({ name, request }: Call): string {
  return `${name} ${JSON.stringify(request, (_key, value: unknown) => (typeof value === "symbol" ? "SYSTEM" : value))}`;
}

export function textOf(cause: unknown): string {
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}
