import assert from "node:assert/strict";
import { SYSTEM } from "../../src/index.ts";
import { START } from "../support/clock.ts";
import { ADA, BOB, FOREIGN_MANAGER, MANAGER, STRANGER } from "../support/directory.ts";
import { type Call, judge, perform } from "./calls.ts";
import { createModel, type EventFacts, eventLine, type Model } from "./model/state.ts";
import { storedEvents } from "./performers.ts";
import { type Opened, openSystem, type System } from "./system.ts";
import type { Step } from "./targets.ts";

export const OWNERS: readonly string[] = [ADA, BOB, MANAGER, STRANGER, FOREIGN_MANAGER];

/** How a repository of its own is made for each sequence. */
export type Open = () => Promise<Opened>;

/** What only uses tokens. */
const USAGE: ReadonlySet<Call["name"]> = new Set(["verify", "grant", "recheck", "pass"]);

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
      if (!USAGE.has(call.name)) await compareTokens(system, model);
    }
    await compareTokens(system, model);
    await compareSecrets(system, model);
    await compareStored(system, model);
  } catch (cause) {
    throw new Error(`${textOf(cause)}\n${calls.map(lineOf).join("\n")}`, { cause });
  } finally {
    await system.close();
  }
  return calls.length;
}

/** A model that knows whom the directory knows. */
export function newModel({ world }: System): Model {
  const people = OWNERS.flatMap((id) => world.directory.find(id) ?? []);
  return createModel(START, people);
}

export async function runCall(system: System, model: Model, call: Call): Promise<void> {
  const outcome = await perform(system, call);
  await system.settled();
  judge(model, call, outcome);
}

/** The tokens of every owner who ever had any are those of the model, and no more than their kinds allow. */
async function compareTokens(system: System, model: Model): Promise<void> {
  for (const owner of ownersOf(model)) {
    await runCall(system, model, { name: "list", request: { owner, actor: SYSTEM } });
  }
}

/** Who ever had a token. */
function ownersOf(model: Model): ReadonlySet<string> {
  return new Set([...model.graves.values()].map(({ owner }) => owner));
}

/** Every secret there ever was opens what the model says, which for the dead ones is nothing. */
async function compareSecrets(system: System, model: Model): Promise<void> {
  const call = { api: "orders", method: "GET", address: "10.1.2.3", cost: 1 };
  for (const secret of model.secrets) {
    await runCall(system, model, { name: "verify", request: { secret, ...call } });
  }
}

/** What is stored is what the model knows of, and no more: each change has its event, and no event is without its change. */
export async function compareStored({ world, notifier }: System, model: Model): Promise<void> {
  const events = await storedEvents(world.repository);
  const line = lineFor(model);
  assert.deepEqual(
    events.map(({ deliver, ...event }) => line({ ...event, isTold: deliver })).sort(),
    model.trail.map(line).sort(),
  );
  const owned = await Promise.all(
    [...ownersOf(model)].map((owner) => world.repository.listByOwner({ owner, limit: 1000 })),
  );
  const place = placeFor(model);
  assert.deepEqual(owned.flat().map(place).sort(), model.tokens.map(place).sort());
  const delivered = notifier.handed
    .filter(({ isRefused }) => !isRefused)
    .map(({ notice }) => `${notice.id} by ${notice.channel}`);
  assert.equal(new Set(delivered).size, delivered.length, "a notice was delivered twice");
}

/** Of two requests at once it is not told which got which id, nor of two passes at once which told of what. */
function lineFor({ isQuiet }: Model): (event: EventFacts & { readonly isTold: boolean }) => string {
  return ({ isTold, ...event }) => {
    if (isQuiet) return `${eventLine(event)} ${isTold}`;
    const isVague = event.type === "rotation.requested" || event.type === "rotation.cancelled";
    return eventLine(isVague ? { ...event, tokenId: "" } : event);
  };
}

function placeFor({ isQuiet }: Model): (token: Place) => string {
  return ({ id, owner, kind, slot }) => {
    const isVague = slot === "pending" && !isQuiet;
    return [owner, kind, slot, isVague ? "" : id].join(" ");
  };
}

interface Place {
  readonly id: string;
  readonly owner: string;
  readonly kind: string;
  readonly slot: string | null;
}

/** A call as it can be read, and read in again: symbols by their names. */
export function lineOf({ name, request }: Call): string {
  return `${name} ${JSON.stringify(request, (_key, value: unknown) => (typeof value === "symbol" ? "SYSTEM" : value))}`;
}

export function textOf(cause: unknown): string {
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}
