import { checkText } from "../checks.ts";

/** Where a connection does not leave this machine. */
const LOOPBACK: ReadonlySet<string> = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** Where the metadata of an identifier is: the name goes between host and path (R8414-01, R9728-01). */
export function wellKnownUrl(
  identifier: string,
  name: "oauth-authorization-server" | "oauth-protected-resource",
): string {
  const { origin, pathname, search } = new URL(identifier);
  return `${origin}/.well-known/${name}${pathname === "/" ? "" : pathname}${search}`;
}

/** Whether a URL is of https; plain HTTP is for this machine alone. */
export function isSafeUrl({ protocol, hostname, username, password }: URL): boolean {
  if (username !== "" || password !== "") return false;
  return protocol === "https:" || (protocol === "http:" && LOOPBACK.has(hostname));
}

/** A URL of https without a fragment. @throws TypeError or RangeError that names the path. */
export function checkUrl(value: unknown, path: string): string {
  const text = checkText(value, 2048, path);
  if (URL.canParse(text) && isSafeUrl(new URL(text)) && !text.includes("#")) return text;
  throw new RangeError(`${path} must be a URL of https, without a fragment`);
}

/** An issuer: a URL of https without query and fragment (RFC 8414 section 2). */
export function checkIssuer(value: unknown, path: string): string {
  const text = checkUrl(value, path);
  if (!text.includes("?")) return text;
  throw new RangeError(`${path} must be a URL without a query`);
}
