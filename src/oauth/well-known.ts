import { checkText, isSafeUrl } from "../checks.ts";

/** Where the metadata of an identifier is: the name goes between host and path (R8414-01, R9728-01). */
export function wellKnownUrl(
  identifier: string,
  name: "oauth-authorization-server" | "oauth-protected-resource",
): string {
  const { origin, pathname, search } = new URL(identifier);
  return `${origin}/.well-known/${name}${pathname === "/" ? "" : pathname}${search}`;
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
