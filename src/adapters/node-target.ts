import type { IncomingMessage } from "node:http";
import { checkText } from "../checks.ts";
import { nodeReader } from "./node-message.ts";

/** Where clients find a server. */
export type NodeOrigin = string | ((request: IncomingMessage) => string);

/** Finds the URL of a request; `undefined` where it has none. */
export type TargetOf = (request: IncomingMessage) => URL | undefined;

/** A name or an address, with a port: whatever else stands in the field would become a part of the path. */
const HOST = /^(?:[\w.-]+|\[[\da-fA-F:.]+\])(?::\d{1,5})?$/;

/** @throws TypeError or RangeError that names the path; so does the function for an origin that is none. */
export function createTargetOf(origin: NodeOrigin | undefined): TargetOf {
  const originOf = createOriginOf(origin);
  return (request) => {
    const base = originOf(request);
    return base === undefined ? undefined : targetOn(base, pathOf(request));
  };
}

function createOriginOf(
  origin: NodeOrigin | undefined,
): (request: IncomingMessage) => string | undefined {
  if (origin === undefined) return originByHost;
  if (typeof origin === "function") return (request) => checkOrigin(origin(request));
  const checked = checkOrigin(origin);
  return () => checked;
}

function checkOrigin(value: unknown): string {
  const text = checkText(value, 2048, "options.origin");
  const url = /^https?:\/\/[^/?#@\\]+\/?$/.test(text) ? parse(text) : undefined;
  if (url !== undefined) return url.origin;
  throw new RangeError("options.origin must be http or https and a host, without a path");
}

function originByHost(request: IncomingMessage): string | undefined {
  const lines = nodeReader.lines(request, "host");
  // HTTP/1.0 knows no such field.
  const [host = "localhost"] = lines;
  if (lines.length > 1 || !HOST.test(host)) return undefined;
  return `${isEncrypted(request) ? "https" : "http"}://${host}`;
}

/** Sockets of TLS have it, others do not. */
function isEncrypted({ socket }: IncomingMessage): boolean {
  return "encrypted" in socket && socket.encrypted === true;
}

/** Express takes the place where a handler is mounted off `url`, and keeps the whole here. */
function pathOf(request: IncomingMessage & { readonly originalUrl?: unknown }): string {
  const { originalUrl, url = "" } = request;
  return typeof originalUrl === "string" ? originalUrl : url;
}

/** By joining texts where it is a path, as `//host/` would otherwise be another server's. */
function targetOn(origin: string, target: string): URL | undefined {
  if (target.startsWith("/")) return parse(origin + target);
  const absolute = /^https?:\/\//i.test(target) ? parse(target) : undefined;
  return absolute && parse(origin + absolute.pathname + absolute.search);
}

function parse(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}
