import assert from "node:assert/strict";
import type { EventsFilter, TokenEvent, TokenryErrorCode } from "../../../src/index.ts";
import { SYSTEM } from "../../../src/index.ts";
import { refusalOfAccount } from "./authority.ts";
import { hasSucceeded, type Outcome } from "./outcome.ts";
import { eventLine, type Model, type ModelEvent } from "./state.ts";

export interface TrailCall {
  readonly filter: EventsFilter;
  /** The length of the pages beside which the export is put. */
  readonly limit: number;
}

/** The same part of the trail in two ways, each event as JSON. */
export interface Trail {
  readonly exported: Outcome<readonly string[]>;
  readonly paged: Outcome<readonly string[]>;
}

export function judgeTrail(model: Model, { filter }: TrailCall, outcome: Outcome<Trail>): void {
  if (!hasSucceeded(outcome, undefined)) return;
  const { exported, paged } = outcome.value;
  assert.deepEqual(exported, paged);
  if (!hasSucceeded(exported, refusalOfTrail(model, filter))) return;
  // A cast, as JSON is anything to the compiler.
  const events = exported.value.map((line) => JSON.parse(line) as TokenEvent & { at: string });
  assert.deepEqual(
    events.map((event) => `${eventLine(event)} ${event.at}`).sort(),
    partOf(model, filter).map(lineAt).sort(),
  );
  const times = events.map(({ at }) => at);
  assert.deepEqual(times, times.toSorted().reverse(), "the newest comes first");
}

function lineAt(event: ModelEvent): string {
  return `${eventLine(event)} ${new Date(event.at).toISOString()}`;
}

function refusalOfTrail(
  model: Model,
  { account, owner, actor }: EventsFilter,
): TokenryErrorCode | undefined {
  return isOwnPart(model, { account, owner, actor })
    ? undefined
    : refusalOfAccount(model, actor, account);
}

/** An owner who does not manage tokens sees what is about it. */
function isOwnPart(
  model: Model,
  { account, owner, actor }: Pick<EventsFilter, "account" | "owner" | "actor">,
): boolean {
  if (actor === SYSTEM) return false;
  const person = model.people.get(actor);
  const isPlain = person?.active === true && person.managesTokens !== true;
  return isPlain && person.account === account && (owner === undefined || owner === actor);
}

function partOf(model: Model, filter: EventsFilter): ModelEvent[] {
  const { account, tokenId, types, since, until, actor } = filter;
  const owner = isOwnPart(model, filter) ? actor : filter.owner;
  return model.trail.filter(
    (event) =>
      event.account === account &&
      (owner === undefined || event.owner === owner) &&
      (tokenId === undefined || event.tokenId === tokenId) &&
      (types === undefined || types.some((type) => type === event.type)) &&
      (since === undefined || event.at >= since.getTime()) &&
      (until === undefined || event.at < until.getTime()),
  );
}
