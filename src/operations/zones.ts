import { checkFlag, checkList, checkObject, quoted } from "../checks.ts";
import { TokenryError } from "../errors.ts";
import type { Actor, Zone } from "../model.ts";
import { isZoneName } from "../network/entry.ts";
import { normalizeRanges } from "../network/validate.ts";
import type { ZoneSet } from "../ports/repository.ts";
import { authorizeAccount } from "./authorize.ts";
import { type Attempt, commit, untilCommitted } from "./commit.ts";
import type { Context } from "./context.ts";
import { asInput, checkActor, checkId, checkRequest } from "./input.ts";
import { recordEvent } from "./record-event.ts";

/** A zone to make or change. */
export interface PutZoneRequest {
  readonly account: string;
  /** 1 to 64 letters, digits, `.`, `_` and `-`. */
  readonly name: string;
  /** Addresses, CIDR blocks or ranges `a-b`, 1 to 5,000. */
  readonly ranges: readonly string[];
  /** No token of the account works from here. Default `false`. */
  readonly blocked?: boolean | undefined;
  /** The zone as it was seen, `null` for none of the name: only that is replaced, `conflict` otherwise. Default: whatever there is. */
  readonly replaces?: Zone | null | undefined;
  readonly actor: Actor;
}

/** A zone to remove. */
export interface RemoveZoneRequest {
  readonly account: string;
  readonly name: string;
  readonly actor: Actor;
}

/** Whose zones to list. */
export interface ListZonesRequest {
  readonly account: string;
  readonly actor: Actor;
}

const MAX_ZONES = 100;
/** Over all zones of an account (OKT-43): they are made ready for calls together. */
const MAX_RANGES = 25_000;

/** Makes or changes a zone. See `Zones.put`. */
export async function putZone(context: Context, request: PutZoneRequest): Promise<Zone> {
  checkRequest(request, ["account", "name", "ranges", "blocked", "replaces", "actor"]);
  const account = checkId(request.account, "account");
  const zone = Object.freeze({
    name: checkZoneName(request.name),
    ranges: Object.freeze(asInput(() => normalizeRanges(request.ranges, "ranges"))),
    blocked: checkFlag(request.blocked, "blocked"),
  });
  const isReplaced = checkReplaces(request.replaces);
  const { actor } = await authorizeAccount(context, checkActor(request.actor), account);
  return untilCommitted(async (): Promise<Attempt<Zone>> => {
    const set = await context.repository.zones(account);
    if (!isReplaced(set.zones.find(({ name }) => name === zone.name)))
      throw new TokenryError("conflict");
    const others = set.zones.filter(({ name }) => name !== zone.name);
    checkLimits(others, zone);
    const zones = [...others, zone].sort((left, right) => (left.name < right.name ? -1 : 1));
    // What tokens may come from cannot become what no token may come from (OKT-37).
    const unused = zone.blocked ? [zone.name] : [];
    const data = { zone: zone.name, ranges: zone.ranges.length, blocked: zone.blocked };
    const committed = await commitZones(context, {
      account,
      set,
      zones,
      unused,
      actor,
      type: "zone.changed",
      data,
    });
    return { committed, result: zone };
  });
}

/** Which zone, if any, may be replaced. */
function checkReplaces(value: unknown): (zone: Zone | undefined) => boolean {
  if (value === undefined) return () => true;
  if (value === null) return (zone) => zone === undefined;
  checkObject(value, "replaces");
  // A cast to what is checked next.
  const { ranges, blocked } = value as Partial<Zone>;
  const seen = checkList<unknown>(ranges, "replaces.ranges").join();
  const wasBlocked = checkFlag(blocked, "replaces.blocked");
  return (zone) => zone?.blocked === wasBlocked && zone.ranges.join() === seen;
}

function checkLimits(others: readonly Zone[], zone: Zone): void {
  if (others.length >= MAX_ZONES)
    throw new TokenryError("limit_reached", {
      message: `An account has at most ${MAX_ZONES} zones.`,
    });
  if (others.reduce((sum, { ranges }) => sum + ranges.length, zone.ranges.length) > MAX_RANGES)
    throw new TokenryError("limit_reached", {
      message: `The zones of an account have at most ${MAX_RANGES} ranges.`,
    });
}

/** Removes a zone that no living token refers to. See `Zones.remove`. */
export async function removeZone(context: Context, request: RemoveZoneRequest): Promise<void> {
  checkRequest(request, ["account", "name", "actor"]);
  const account = checkId(request.account, "account");
  const name = checkZoneName(request.name);
  const { actor } = await authorizeAccount(context, checkActor(request.actor), account);
  await untilCommitted(async (): Promise<Attempt<void>> => {
    const set = await context.repository.zones(account);
    const zones = set.zones.filter((zone) => zone.name !== name);
    if (zones.length === set.zones.length) throw new TokenryError("not_found");
    const data = { zone: name };
    const committed = await commitZones(context, {
      account,
      set,
      zones,
      unused: [name],
      actor,
      type: "zone.removed",
      data,
    });
    return { committed, result: undefined };
  });
}

/** Lists an account's zones by name. See `Zones.list`. */
export async function listZones(
  context: Context,
  request: ListZonesRequest,
): Promise<readonly Zone[]> {
  checkRequest(request, ["account", "actor"]);
  const account = checkId(request.account, "account");
  await authorizeAccount(context, checkActor(request.actor), account);
  return (await context.repository.zones(account)).zones;
}

interface ZoneChange {
  readonly account: string;
  readonly set: ZoneSet;
  readonly zones: readonly Zone[];
  readonly unused: readonly string[];
  readonly actor: string;
  readonly type: "zone.changed" | "zone.removed";
  readonly data: Parameters<typeof recordEvent>[3]["data"] & {};
}

async function commitZones(
  context: Context,
  { account, set, zones, unused, actor, type, data }: ZoneChange,
) {
  const now = context.now();
  const event = recordEvent(
    context,
    type,
    { id: null, kind: null, owner: null, account },
    { actor, now, data },
  );
  return commit(context, {
    zones: { account, revision: set.revision, zones, unused, now },
    events: [event],
  });
}

function checkZoneName(value: unknown): string {
  if (typeof value !== "string") throw new TypeError("name must be a string");
  if (!isZoneName(value)) {
    throw new TokenryError("invalid_input", {
      message: `name must be 1 to 64 letters, digits, ".", "_" and "-", not ${quoted(value)}`,
    });
  }
  return value;
}
