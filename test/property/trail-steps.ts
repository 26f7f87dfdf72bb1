import fc from "fast-check";
import { type Actor, type EventsFilter, SYSTEM } from "../../src/index.ts";
import type { Call } from "./calls.ts";
import { CHANNELS, DAY } from "./model/rules.ts";
import type { Model, ModelNotice } from "./model/state.ts";
import { actorOf, managingActor, role, type Step, type Theme, tokenOf } from "./targets.ts";
import { account, chosen, eventTypes, oneIn, pick, seldom } from "./values.ts";

/** Whose notices: mostly of all accounts, as the host asks for them. */
const choice: fc.Arbitrary<{ readonly account?: string; readonly actor: Actor }> = fc.oneof(
  { weight: 2, arbitrary: fc.constant({ actor: SYSTEM }) },
  { weight: 3, arbitrary: fc.record({ account, actor: managingActor }) },
  { weight: 1, arbitrary: fc.record({ actor: managingActor }) },
);

/** How many days ago, the future included. */
const days = fc.integer({ min: -1, max: 40 });

/** Where nothing is parked, a delivery that parks what there is. */
function untilOneIsParked({ outbox }: Model): Call | undefined {
  if (outbox.length === 0 || outbox.some(isParked)) return undefined;
  return { name: "deliver", request: [...new Set(outbox.map(({ event }) => event.type))] };
}

function isParked({ parkedAt }: ModelNotice): boolean {
  return parkedAt !== null;
}

function daysAgo(model: Model, count: number | undefined): Date | undefined {
  return count === undefined ? undefined : new Date(model.now - count * DAY);
}

/** The steps that show the trail, and tell of it. */
export function trailSteps(
  theme: Theme,
): Readonly<Record<"deliver" | "parked" | "retry" | "exportEvents", fc.Arbitrary<Step>>> {
  const owner = fc.constantFrom(...theme.owners);
  return {
    deliver: seldom(eventTypes, 4).map((refused = []) => (): Call => {
      return { name: "deliver", request: refused };
    }),
    parked: fc
      .record({ choice, limit: fc.constantFrom(1, 2, 20) })
      .map(({ choice: whose, limit }) => (model): Call => {
        return untilOneIsParked(model) ?? { name: "parked", request: { ...whose, limit } };
      }),
    retry: fc
      .record({ choice, pick, isOne: oneIn(3), channel: seldom(fc.constantFrom(...CHANNELS), 3) })
      .map(({ choice: whose, pick: number, isOne, channel }) => (model): Call => {
        const one = isOne ? chosen(model.outbox.filter(isParked), number)?.id : undefined;
        const request = { ...whose, channel, id: one };
        return untilOneIsParked(model) ?? { name: "retry", request };
      }),
    exportEvents: fc
      .record({
        ...{ pick, account, role, isOwners: fc.boolean(), isOfToken: oneIn(3) },
        ...{ owner: seldom(owner), types: seldom(eventTypes), limit: fc.constantFrom(1, 7, 200) },
        ...{ since: seldom(days, 3), until: seldom(days, 3) },
      })
      .map(({ pick: number, role: who, isOwners, isOfToken, limit, ...part }) => (model): Call => {
        const token = tokenOf(model, number);
        const home = model.people.get(token.owner)?.account;
        const filter: EventsFilter = {
          account: isOwners ? (home ?? part.account) : part.account,
          actor: actorOf(who, token.owner),
          owner: part.owner,
          types: part.types,
          tokenId: isOfToken ? token.id : undefined,
          since: daysAgo(model, part.since),
          until: daysAgo(model, part.until),
        };
        return { name: "exportEvents", request: { filter, limit } };
      }),
  };
}
