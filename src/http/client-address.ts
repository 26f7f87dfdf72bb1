import { checkList, checkOneOf, quoted } from "../checks.ts";
import { parseAddress } from "../network/address.ts";
import { parseRange, type Range } from "../network/range.ts";
import { compileRanges, type RangeSet, rangeSetContains } from "../network/range-set.ts";
import { atOnce } from "./at-once.ts";
import { type ForwardingHeader, forwardedNodes } from "./forwarded.ts";
import type { RequestReader } from "./request-reader.ts";

/** How the address of the client is found. */
export interface AddressOptions<Request> {
  /**
   * Your own proxies: addresses, CIDR blocks, ranges `a-b`, or `"unix"` for whoever comes by a socket of the file system, which only Node
   * tells. What one of them says of a client is believed, and nothing else. Default none: the address at the other end of the connection
   * counts, and no header. Source: CORE-56, R7239-05.
   */
  readonly trustProxy?: readonly string[];
  /** The one header that your proxies write; the other is never read. Default `"x-forwarded-for"`. Source: R7239-09. */
  readonly forwardedBy?: ForwardingHeader;
  /**
   * Instead of the two above: the address as you or your framework know it, such as `(request) => request.ip`. It is believed: see
   * docs/http.md#client-address before you use it.
   */
  readonly clientAddress?: (request: Request) => string | undefined;
}

/** Finds the address of a request's client; `undefined` when it cannot be known, which every network rule refuses. */
export type FindAddress<Request> = (request: Request) => string | undefined;

/** Tells the host of a setting that is likely wrong. */
export type Warn = (message: string) => void;

const HELP = "See docs/http.md#client-address of tokenry.";
/** Who comes by a socket of the file system has no address. */
const SOCKET = "unix";
const FORWARDING = ["x-forwarded-for", "forwarded"] as const;

/**
 * Makes the search for a client's address.
 *
 * With `trustProxy` it goes from the connection backwards through the header: as long as an address is one of the trusted, the element to
 * its left counts; the first that is not is the client's. No address for an element that is none, nor when all are trusted: nobody said
 * then who the client is. A client can write what it likes to the left of what a proxy adds; it is never reached.
 * Source: R7239-05 to R7239-09, DEC-09.
 *
 * @throws TypeError or RangeError that names the path.
 */
export function createFindAddress<Request>(
  options: AddressOptions<Request>,
  reader: RequestReader<Request>,
  warn: Warn,
): FindAddress<Request> {
  const { trustProxy, clientAddress } = options;
  const header = checkOneOf(
    options.forwardedBy ?? "x-forwarded-for",
    FORWARDING,
    "options.forwardedBy",
  );
  const proxies = checkList<unknown>(trustProxy, "options.trustProxy");
  const ranges = proxies.flatMap(trustedRanges);
  if (clientAddress !== undefined) {
    if (typeof clientAddress !== "function")
      throw new TypeError("options.clientAddress must be a function");
    if (trustProxy !== undefined || options.forwardedBy !== undefined)
      throw new TypeError("options.clientAddress excludes trustProxy and forwardedBy");
    return believing(clientAddress, reader, warn);
  }
  if (proxies.length === 0) return (request) => reader.peer(request);
  if (ranges.some(isWholeFamily))
    warn(`options.trustProxy trusts every address: no client has one then. ${HELP}`);
  const trusted = compileRanges(ranges);
  const trustsSocket = proxies.includes(SOCKET);
  const warnOfPeer = once(() =>
    warn(`options.trustProxy is set, but the connection has no address to go on from. ${HELP}`),
  );
  return (request) => {
    const peer = reader.peer(request);
    // A client that has reset its connection has no address either: it must not pass for the proxy.
    const isSocket = peer === undefined && trustsSocket && reader.isUnixSocket?.(request) === true;
    if (!isSocket && !isTrusted(trusted, peer)) {
      if (peer === undefined) warnOfPeer();
      return peer;
    }
    return firstUntrusted(trusted, forwardedNodes(header, reader.lines(request, header)));
  };
}

/**
 * Makes a look at requests for proxies that nobody has named: without `trustProxy` every client behind one has the proxy's address. It
 * warns once. Anyone can write such a header, so that it is a hint and no more.
 */
export function createSuspicion<Request>(
  { trustProxy, clientAddress }: AddressOptions<Request>,
  reader: RequestReader<Request>,
  warn: Warn,
): (request: Request) => void {
  if (trustProxy !== undefined || clientAddress !== undefined) return () => {};
  const warnOfProxy = once(() =>
    warn(`Requests come with a forwarding header: behind a proxy set options.trustProxy. ${HELP}`),
  );
  return (request) => {
    if (FORWARDING.some((header) => reader.lines(request, header).length > 0)) warnOfProxy();
  };
}

/** Does something the first time only. */
function once(act: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    act();
  };
}

function trustedRanges(text: unknown, index: number): readonly Range[] {
  const path = `options.trustProxy[${index}]`;
  if (typeof text !== "string") throw new TypeError(`${path} must be a string`);
  if (text === SOCKET) return [];
  const range = parseRange(text);
  if (range !== undefined) return [range];
  throw new RangeError(
    `${path} must be an address, a CIDR block or a range a-b, not ${quoted(text)}`,
  );
}

function isWholeFamily({ start, end }: Range): boolean {
  return start.every((word) => word === 0) && end.every((word) => word === 0xffff_ffff);
}

function isTrusted(trusted: RangeSet, text: string | undefined): boolean {
  const address = text === undefined ? undefined : parseAddress(text);
  return address !== undefined && rangeSetContains(trusted, address);
}

function firstUntrusted(
  trusted: RangeSet,
  nodes: readonly (string | undefined)[],
): string | undefined {
  for (let index = nodes.length - 1; index >= 0; index -= 1) {
    const node = nodes[index];
    if (!isTrusted(trusted, node)) return node;
  }
  return undefined;
}

/** The host's own word on the address. A framework that believes every client is worth one warning. */
function believing<Request>(
  clientAddress: (request: Request) => string | undefined,
  reader: RequestReader<Request>,
  warn: Warn,
): FindAddress<Request> {
  let isChecked = reader.believesAnyone === undefined;
  return (request) => {
    if (!isChecked) {
      isChecked = true;
      if (reader.believesAnyone?.(request) === true)
        warn(`Your framework trusts every proxy: a client can choose its address. ${HELP}`);
    }
    const address: unknown = atOnce(clientAddress(request));
    if (typeof address === "string") return address;
    if (address === undefined || address === null) return;
    throw new TypeError("options.clientAddress must answer with a text or undefined, at once");
  };
}
