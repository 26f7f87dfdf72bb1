/** A percent-encoded octet. */
const ENCODED = /%[0-9A-Fa-f]{2}/g;
const UNRESERVED = /^[A-Za-z0-9\-._~]$/;

/**
 * A URL without query and fragment, after the normalizations of RFC 3986 sections 6.2.2 and 6.2.3; `undefined` for what is no URL of http or
 * https, or has a user. Source: R9449-02.
 */
export function normalizedUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, host, pathname, username, password } = new URL(text);
  if ((protocol !== "https:" && protocol !== "http:") || username !== "" || password !== "")
    return undefined;
  return `${protocol}//${host}${pathname.replace(ENCODED, normalizedOctet)}`;
}

/** What needs no encoding loses it; the digits of the rest are in capitals. */
function normalizedOctet(encoded: string): string {
  const character = String.fromCharCode(Number.parseInt(encoded.slice(1), 16));
  return UNRESERVED.test(character) ? character : encoded.toUpperCase();
}

/**
 * The URL that a client asked for, at a server which is reached under `base`: its path alone is taken from the request, as who sends a request
 * writes its `Host`.
 */
export function requestedUrl(base: string, target: string): string | undefined {
  const path = target.startsWith("/") ? target : pathOf(target);
  return path === undefined ? undefined : normalizedUrl(`${base.replace(/\/$/, "")}${path}`);
}

function pathOf(target: string): string | undefined {
  return URL.canParse(target) ? new URL(target).pathname : undefined;
}
