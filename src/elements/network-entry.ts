import type { WireNetwork, WireZone } from "../manage/client/index.ts";
import { type Address, formatAddress, parseAddress } from "../network/address.ts";
import { formatEntry, isZoneName, parseEntry, zoneNameOf } from "../network/entry.ts";
import { formatRange, parseRange } from "../network/range.ts";
import { type Saying, say } from "./texts.ts";

/** Why an entry is refused; also the name of the text that says so. */
export type EntryFault =
  | "fault_entry"
  | "fault_range"
  | "fault_block_start"
  | "fault_zone_name"
  | "fault_zone_unknown"
  | "fault_zone_blocked";

/** What was typed, and what is wrong with it. */
export interface FaultyEntry {
  readonly entry: string;
  readonly fault: EntryFault;
  /** For `fault_block_start`: the block that was meant, and the address that names it wrongly. */
  readonly block?: string;
  readonly address?: string;
}

/** What is understood of a text, in canonical form, each once, and what is not. */
export interface CheckedEntries {
  readonly entries: readonly string[];
  readonly faults: readonly FaultyEntry[];
}

/**
 * Splits what was typed or pasted at commas, semicolons, blanks and lines. A range that was written with blanks round its dash stays one.
 *
 * @example
 * splitEntries("10.0.0.1 - 10.0.0.9, zone:office"); // ["10.0.0.1-10.0.0.9", "zone:office"]
 */
export function splitEntries(text: string): string[] {
  return text
    .replace(/([0-9a-f:.])[ \t]+[-–][ \t]+([0-9a-f:])/gi, "$1-$2")
    .split(/[\s,;]+/)
    .filter((entry) => entry !== "");
}

/** What is to be known of a zone that an entry names. */
type KnownZone = Pick<WireZone, "name" | "blocked">;

/** Checks entries as the server does. Without `zones` nobody here knows which there are: any proper name will do. */
export function checkEntries(text: string, zones?: readonly KnownZone[]): CheckedEntries {
  const entries = new Set<string>();
  const faults: FaultyEntry[] = [];
  for (const entry of splitEntries(text)) {
    const fault = zoneFault(entry, zones);
    const parsed = fault === undefined ? parseEntry(entry) : undefined;
    if (parsed !== undefined) entries.add(formatEntry(parsed));
    else faults.push(fault === undefined ? rangeFault(entry, "fault_entry") : { entry, fault });
  }
  return { entries: [...entries], faults };
}

function zoneFault(entry: string, zones: readonly KnownZone[] | undefined): EntryFault | undefined {
  const name = zoneNameOf(entry);
  if (name === undefined) return undefined;
  if (!isZoneName(name)) return "fault_zone_name";
  const zone = zones?.find((candidate) => candidate.name === name);
  if (zones !== undefined && zone === undefined) return "fault_zone_unknown";
  return zone?.blocked === true ? "fault_zone_blocked" : undefined;
}

/** What is wrong with what is no range: the commonest slip is a block that is named by an address within it. */
function rangeFault(entry: string, otherwise: "fault_entry" | "fault_range"): FaultyEntry {
  const [, address = "", bits = ""] = /^(.+)\/(\d{1,3})$/.exec(entry) ?? [];
  const block = blockOf(address, Number(bits));
  if (block === undefined) return { entry, fault: otherwise };
  return { entry, fault: "fault_block_start", block, address };
}

/** The block of a length that an address lies in; `undefined` if there is none. */
function blockOf(text: string, length: number): string | undefined {
  const address = parseAddress(text);
  if (address === undefined) return undefined;
  const isMapped = address.length === 1 && text.includes(":");
  const bits = isMapped ? length - 96 : length;
  const start = address.map((word, index) => {
    const hostBits = 32 - Math.min(Math.max(bits - index * 32, 0), 32);
    return word - (word % 2 ** hostBits);
  });
  // Masked word by word, an address has as many words as before.
  const block = `${formatAddress(start as unknown as Address)}/${bits}`;
  return parseRange(block) === undefined ? undefined : block;
}

/** What is wrong with an entry, and what is accepted. */
export function faultWords(
  { entry, fault, block = "", address = "" }: FaultyEntry,
  saying: Saying,
): string {
  return say(fault, { ...saying, values: { entry, block, address } });
}

/** A line that holds no range. */
export interface FaultyLine extends FaultyEntry {
  /** From 1. */
  readonly line: number;
}

/** The ranges of a text, one a line, in canonical form, each once, and the lines that hold none. Empty lines are nothing. */
export function checkRanges(text: string): {
  readonly ranges: readonly string[];
  readonly faults: readonly FaultyLine[];
} {
  const ranges = new Set<string>();
  const faults: FaultyLine[] = [];
  for (const [index, untrimmed] of text.split(/\r\n|\r|\n/).entries()) {
    const [entry = "", ...others] = splitEntries(untrimmed);
    if (entry === "") continue;
    const range = others.length === 0 ? parseRange(entry) : undefined;
    const whole = others.length === 0 ? entry : untrimmed.trim();
    if (range !== undefined) ranges.add(formatRange(range));
    else faults.push({ line: index + 1, ...rangeFault(whole, "fault_range") });
  }
  return { ranges: [...ranges], faults };
}

/** Which lists of a rule are in force. */
export type NetworkMode = "any" | "include" | "exclude" | "both";

export type NetworkList = "include" | "exclude";

/** The mode that a rule is of: an empty list is there still to be filled. */
export function modeOf(network: WireNetwork | null): NetworkMode {
  if (network?.include !== undefined) return network.exclude === undefined ? "include" : "both";
  return network?.exclude === undefined ? "any" : "exclude";
}

/** The lists that a mode has. */
export function listsOf(mode: NetworkMode): readonly NetworkList[] {
  if (mode === "any") return [];
  return mode === "both" ? ["include", "exclude"] : [mode];
}

/**
 * The rule of a mode, of the entries that there are. A list without entries is in it, empty: the server refuses that, where `null` would
 * let in everyone.
 */
export function networkOf(
  mode: NetworkMode,
  entries: Readonly<Record<NetworkList, readonly string[]>>,
): WireNetwork | null {
  const lists = listsOf(mode);
  if (lists.length === 0) return null;
  return Object.fromEntries(lists.map((list) => [list, [...entries[list]]]));
}
