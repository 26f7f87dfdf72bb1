import { parseAddress } from "../network/address.ts";
import { TOKEN_CHARACTERS } from "./token.ts";

/** The header in which proxies say for whom they forward. */
export type ForwardingHeader = "x-forwarded-for" | "forwarded";

const TOKEN = `[${TOKEN_CHARACTERS}]+`;
const QUOTED = '"(?:[\\t !\\x23-\\x5b\\x5d-\\x7e\\x80-\\xff]|\\\\[\\t -\\x7e\\x80-\\xff])*"';
/** One pair of an element, and what ends it (RFC 7239 section 4). Each character has one place to go, so that this is linear. */
const PAIR = new RegExp(`[ \\t]*(?:(${TOKEN})=(${TOKEN}|${QUOTED})[ \\t]*)?(;|,|$)`, "gy");

/** A list is looked at from its end, and no further than any chain of proxies is long: the rest is a client's. */
const MOST_HOPS = 64;

/** One node of which nothing is known: every walk ends at it. */
const UNREADABLE: readonly undefined[] = [undefined];

/** A node of RFC 7239 section 6 with an address: in brackets, if it is IPv6. A port may follow, by its number or obfuscated. */
const NODE = /^(?:([0-9.]+)|\[([0-9A-Fa-f:.]+)\])(?::(?:[0-9]{1,5}|_[A-Za-z0-9._-]+))?$/;

/**
 * The nodes for which proxies say that they forward, in the order of the hops. What is no address (`unknown`, an obfuscated name, an
 * element without `for`, anything malformed) is `undefined`. A line of `Forwarded` that cannot be read is one such node: it ends every walk
 * that gets there.
 *
 * @example
 * forwardedNodes("forwarded", ['for=192.0.2.60;proto=http, for="[2001:db8::1]:4711"']); // ["192.0.2.60", "2001:db8::1"]
 */
export function forwardedNodes(
  header: ForwardingHeader,
  lines: readonly string[],
): readonly (string | undefined)[] {
  if (lines.length === 0) return [];
  // Line by line: what a client makes unreadable is its own line, and not the one that a proxy adds.
  return header === "forwarded"
    ? lines.flatMap(forwardedElements)
    : lines
        .join(",")
        .split(",")
        .slice(-MOST_HOPS)
        .map((text) => listedNode(withoutBlanks(text)));
}

/** X-Forwarded-For has no grammar: IPv6 comes without brackets too (R7239-07). */
function listedNode(text: string): string | undefined {
  const isBare = parseAddress(text) !== undefined;
  return isBare ? text : addressOf(text);
}

/** Spaces and tabs, and no other blank, may surround a member of a list (RFC 9110 section 5.6.3). */
function withoutBlanks(text: string): string {
  let [start, end] = [0, text.length];
  while (isBlank(text, start)) start += 1;
  while (end > start && isBlank(text, end - 1)) end -= 1;
  return text.slice(start, end);
}

function isBlank(text: string, index: number): boolean {
  const character = text.charAt(index);
  return character === " " || character === "\t";
}

/** The `for` of each element. An unbalanced quote of a client would swallow what a proxy added after it: such a line says nothing. */
function forwardedElements(value: string): readonly (string | undefined)[] {
  const nodes: (string | undefined)[] = [];
  const names = new Set<string>();
  let node: string | undefined;
  let length = 0;
  let end: string | undefined;
  for (const [pair, name, text = "", ended] of value.matchAll(PAIR)) {
    length += pair.length;
    end = ended;
    if (name !== undefined) {
      const key = name.toLowerCase();
      // Each parameter once in an element (R7239-02).
      if (names.has(key)) return UNREADABLE;
      names.add(key);
      if (key === "for") node = addressOf(unquoted(text));
    }
    if (end === ";") continue;
    nodes.push(node);
    names.clear();
    node = undefined;
    if (end === "") break;
  }
  return length === value.length && end === "" ? nodes : UNREADABLE;
}

function unquoted(text: string): string {
  return text.startsWith('"') ? text.slice(1, -1).replace(/\\(.)/g, "$1") : text;
}

/** The address of a node, without its port and its brackets; `undefined` for every other text. */
function addressOf(node: string): string | undefined {
  const [, ipv4, ipv6] = NODE.exec(node) ?? [];
  const text = ipv4 ?? ipv6;
  if (text === undefined || parseAddress(text) === undefined) return undefined;
  return (ipv6 === undefined) === (text.includes(":") === false) ? text : undefined;
}
