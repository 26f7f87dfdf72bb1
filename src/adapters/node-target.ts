import type { IncomingMessage } from "node:http";
import type { RequestReader } from "../http/request-reader.ts";
import { createOriginOf, type Origin, urlOn } from "./origin.ts";

/** Where clients find a server. */
export type NodeOrigin = Origin<IncomingMessage>;

/** Finds the URL of a request; `undefined` where it has none. */
export type TargetOf<Source = IncomingMessage> = (source: Source) => URL | undefined;

/** A name or an address, with a port, which may be empty (RFC 3986 section 3.2.3): all else in the field would become a part of the path. */
const HOST = /^(?:[\w.-]+|\[[\da-fA-F:.]+\])(?::\d{0,5})?$/;

/** Methods that a `Request` cannot have. */
const UNKNOWN_METHODS: ReadonlySet<string> = new Set(["CONNECT", "TRACE", "TRACK"]);

/** @throws TypeError or RangeError that names the path; so does the function for an origin that is none. */
export function createTargetOf<Source>(
  origin: Origin<Source> | undefined,
  reader: RequestReader<Source>,
  messageOf: (source: Source) => IncomingMessage,
): TargetOf<Source> {
  const originOf = createOriginOf(origin, (source) => originByHost(source, reader, messageOf));
  return (source) => {
    const base = originOf(source);
    return base === undefined ? undefined : urlOn(base, reader.target(source));
  };
}

/** The URL that was asked for, or the status that what cannot be a `Request` is answered with. */
export function checkedTarget<Source>(
  source: Source,
  reader: RequestReader<Source>,
  targetOf: TargetOf<Source>,
): URL | 400 | 501 {
  return UNKNOWN_METHODS.has(reader.method(source).toUpperCase()) ? 501 : (targetOf(source) ?? 400);
}

function originByHost<Source>(
  source: Source,
  reader: RequestReader<Source>,
  messageOf: (source: Source) => IncomingMessage,
): string | undefined {
  const named = reader.lines(source, "host");
  const lines = named.length > 0 ? named : reader.lines(source, AUTHORITY);
  // HTTP/1.0 knows no such field.
  const [host = "localhost"] = lines;
  if (lines.length > 1 || !HOST.test(host)) return undefined;
  return `${isEncrypted(messageOf(source)) ? "https" : "http"}://${host}`;
}

/** What HTTP/2 has for `Host` (RFC 9113 section 8.3.1). */
const AUTHORITY = ":authority";

/** Sockets of TLS have it, others do not. */
function isEncrypted({ socket }: IncomingMessage): boolean {
  return "encrypted" in socket && socket.encrypted === true;
}
