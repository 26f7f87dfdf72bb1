import assert from "node:assert/strict";
import type {
  ListZonesRequest,
  PutZoneRequest,
  RemoveZoneRequest,
  TokenryErrorCode,
  Zone,
} from "../../../src/index.ts";
import { actorName, refusalOfAccount } from "./authority.ts";
import { hasSucceeded, type Outcome } from "./outcome.ts";
import { isLiving, type Model, type ModelZone, record } from "./state.ts";
import { zonesNamedBy } from "./tokens.ts";

export function judgePutZone(model: Model, request: PutZoneRequest, outcome: Outcome<Zone>): void {
  const { account, name, ranges, blocked = false, actor } = request;
  const refusal =
    refusalOfAccount(model, actor, account) ??
    (blocked ? refusalIfInUse(model, request) : undefined);
  if (!hasSucceeded(outcome, refusal)) return;
  zonesOf(model, account).set(name, { ranges, blocked });
  record(model, "zone.changed", { id: null, owner: null, account }, actorName(actor));
}

export function judgeRemoveZone(
  model: Model,
  request: RemoveZoneRequest,
  outcome: Outcome<unknown>,
): void {
  const { account, name, actor } = request;
  const refusal =
    refusalOfAccount(model, actor, account) ??
    (zonesOf(model, account).has(name) ? refusalIfInUse(model, request) : "not_found");
  if (!hasSucceeded(outcome, refusal)) return;
  zonesOf(model, account).delete(name);
  record(model, "zone.removed", { id: null, owner: null, account }, actorName(actor));
}

export function judgeListZones(
  model: Model,
  { account, actor }: ListZonesRequest,
  outcome: Outcome<readonly Zone[]>,
): void {
  if (!hasSucceeded(outcome, refusalOfAccount(model, actor, account))) return;
  const expected = [...zonesOf(model, account)]
    .map(([name, zone]) => ({ name, ...zone }))
    .sort((left, right) => (left.name < right.name ? -1 : 1));
  assert.deepEqual(outcome.value, expected);
}

/** A zone that a living token names, one that waits for its confirmation too, stays as it is. */
function refusalIfInUse(
  model: Model,
  { account, name }: Pick<PutZoneRequest, "account" | "name">,
): TokenryErrorCode | undefined {
  const isNamed = model.tokens.some(
    (token) =>
      token.account === account &&
      isLiving(model, token) &&
      zonesNamedBy(token.network).includes(name),
  );
  return isNamed ? "zone_in_use" : undefined;
}

function zonesOf(model: Model, account: string): Map<string, ModelZone> {
  const zones = model.zones.get(account) ?? new Map<string, ModelZone>();
  model.zones.set(account, zones);
  return zones;
}
