import type { Network, Zone } from "../model.ts";
import { type Address, parseAddress } from "./address.ts";
import { parseEntry, zoneNameOf } from "./entry.ts";
import { parseRange, type Range } from "./range.ts";
import { compileRanges, type RangeSet, rangeSetContains } from "./range-set.ts";

/** A network rule made ready for {@link decideNetwork}. A list that is absent or empty is `null`; at least one is not. */
export interface CompiledNetwork {
  readonly include: CompiledEntries | null;
  readonly exclude: CompiledEntries | null;
}

/** The entries of one list. Zones stay names, as a zone changes without the token. */
export interface CompiledEntries {
  readonly ranges: RangeSet;
  readonly zones: readonly string[];
}

/** The zones of one account made ready for {@link decideNetwork}. */
export interface CompiledZones {
  readonly byName: ReadonlyMap<string, CompiledZone>;
  /** All blocked zones in one set; `null` if there are none. */
  readonly blocked: RangeSet | null;
}

/** Where a zone is, and whether it is blocked. */
export interface CompiledZone {
  readonly ranges: RangeSet;
  readonly blocked: boolean;
}

/**
 * Whether a call may come from where it comes, and if not, why: in a blocked zone; excluded; in a list of which it is not; without an
 * address or with one that does not parse; by a rule on a zone that does not exist. `zone` names the zone that decided, if one did.
 */
export type NetworkDecision =
  | { readonly allowed: true }
  | {
      readonly allowed: false;
      readonly reason:
        | "blocked"
        | "excluded"
        | "not_included"
        | "no_address"
        | "bad_address"
        | "unknown_zone";
      readonly zone?: string | undefined;
    };

const ALLOWED: NetworkDecision = Object.freeze({ allowed: true });
const NO_ADDRESS: NetworkDecision = Object.freeze({ allowed: false, reason: "no_address" });
const BAD_ADDRESS: NetworkDecision = Object.freeze({ allowed: false, reason: "bad_address" });
const EXCLUDED: NetworkDecision = Object.freeze({ allowed: false, reason: "excluded" });
const NOT_INCLUDED: NetworkDecision = Object.freeze({ allowed: false, reason: "not_included" });

/**
 * Makes a stored network rule ready for checks. Returns `undefined` for a rule that cannot be understood, or that restricts nothing: none
 * such is ever stored, so that the caller must refuse the call. Source: CORE-50, CORE-53.
 *
 * @example
 * compileNetwork({ include: ["10.0.0.0/8", "zone:office"] });
 */
export function compileNetwork(network: Network): CompiledNetwork | undefined {
  const include = compileEntries(network.include ?? []);
  const exclude = compileEntries(network.exclude ?? []);
  if (include === undefined || exclude === undefined) {
    return undefined;
  }
  return include === null && exclude === null ? undefined : { include, exclude };
}

/**
 * Makes an account's zones ready for checks. Returns `undefined` if a range cannot be understood or a name occurs twice: the caller must
 * then refuse the call.
 *
 * @example
 * compileZones([{ name: "office", ranges: ["192.0.2.0/24"], blocked: false }]);
 */
export function compileZones(zones: readonly Zone[]): CompiledZones | undefined {
  const byName = new Map<string, CompiledZone>();
  const blockedRanges: Range[][] = [];
  for (const { name, ranges: texts, blocked } of zones) {
    const ranges = parseAll(texts, parseRange);
    if (ranges === undefined || byName.has(name)) {
      return undefined;
    }
    byName.set(name, { ranges: compileRanges(ranges), blocked });
    if (blocked) {
      blockedRanges.push(ranges);
    }
  }
  return { byName, blocked: blockedRanges.length > 0 ? compileRanges(blockedRanges.flat()) : null };
}

/**
 * Decides whether a token with this rule works from this address. What cannot be decided is refused.
 *
 * Order: nothing to check; no address; an address that does not parse; blocked zones; `exclude`, which wins; `include`. A rule that names
 * a zone that does not exist refuses, in either list. Source: CORE-51, CORE-53, CORE-54, IP-06, T-17, DEC-16.
 *
 * @param network the token's rule; `null` = from anywhere, though from no blocked zone
 * @example
 * const decision = decideNetwork(network, zones, "192.0.2.1");
 * if (!decision.allowed) { console.log(decision.reason); } // "not_included"
 */
export function decideNetwork(
  network: CompiledNetwork | null,
  zones: CompiledZones,
  addressText: string | undefined,
): NetworkDecision {
  if (network === null && zones.blocked === null) {
    return ALLOWED;
  }
  if (addressText === undefined) {
    return NO_ADDRESS;
  }
  const address = parseAddress(addressText);
  if (address === undefined) {
    return BAD_ADDRESS;
  }
  if (zones.blocked !== null && rangeSetContains(zones.blocked, address)) {
    return refusalByBlockedZone(zones, address);
  }
  const excluded = network?.exclude ? decideExclude(network.exclude, zones, address) : ALLOWED;
  return excluded.allowed && network?.include
    ? decideInclude(network.include, zones, address)
    : excluded;
}

/** The names of the zones that a rule refers to, each once. Source: OKT-37. */
export function zoneNamesOf(network: Network | null): string[] {
  const names = new Set<string>();
  for (const entry of [...(network?.include ?? []), ...(network?.exclude ?? [])]) {
    const name = zoneNameOf(entry);
    if (name !== undefined) {
      names.add(name);
    }
  }
  return [...names];
}

function refusalByBlockedZone(zones: CompiledZones, address: Address): NetworkDecision {
  const found = [...zones.byName].find(
    ([, { blocked, ranges }]) => blocked && rangeSetContains(ranges, address),
  );
  return { allowed: false, reason: "blocked", zone: found?.[0] };
}

function decideExclude(
  exclude: CompiledEntries,
  zones: CompiledZones,
  address: Address,
): NetworkDecision {
  if (rangeSetContains(exclude.ranges, address)) {
    return EXCLUDED;
  }
  for (const zone of exclude.zones) {
    const compiled = zones.byName.get(zone);
    if (compiled === undefined) {
      return { allowed: false, reason: "unknown_zone", zone };
    }
    if (rangeSetContains(compiled.ranges, address)) {
      return { allowed: false, reason: "excluded", zone };
    }
  }
  return ALLOWED;
}

function decideInclude(
  include: CompiledEntries,
  zones: CompiledZones,
  address: Address,
): NetworkDecision {
  let isIncluded = rangeSetContains(include.ranges, address);
  // Every zone is looked up, so that the answer does not depend on the order of the entries.
  for (const zone of include.zones) {
    const compiled = zones.byName.get(zone);
    if (compiled === undefined) {
      return { allowed: false, reason: "unknown_zone", zone };
    }
    isIncluded ||= rangeSetContains(compiled.ranges, address);
  }
  return isIncluded ? ALLOWED : NOT_INCLUDED;
}

/** `null` for an empty list, `undefined` if an entry cannot be understood. */
function compileEntries(texts: readonly string[]): CompiledEntries | null | undefined {
  const entries = parseAll(texts, parseEntry);
  if (entries === undefined || entries.length === 0) {
    return entries && null;
  }
  return {
    ranges: compileRanges(entries.flatMap((entry) => (entry.type === "range" ? entry.range : []))),
    zones: entries.flatMap((entry) => (entry.type === "zone" ? entry.name : [])),
  };
}

/** `undefined` if a text does not parse, or if the store handed back anything but a list of texts. */
function parseAll<Parsed>(
  texts: readonly string[],
  parse: (text: string) => Parsed | undefined,
): Parsed[] | undefined {
  if (!Array.isArray(texts)) {
    return undefined;
  }
  const parsed: Parsed[] = [];
  for (const text of texts) {
    const one = typeof text === "string" ? parse(text) : undefined;
    if (one === undefined) {
      return undefined;
    }
    parsed.push(one);
  }
  return parsed;
}
