const LONGEST = 2000;

/** This machine alone: what goes there in clear is on no wire. */
const LOOPBACK = /^(?:localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/**
 * A link as it may be put into a mail: of https or mailto, or of http to this machine. Anything else, and what names a user before its host
 * so as to look like another, is `undefined`.
 */
export function safeLink(value: unknown): string | undefined {
  if (typeof value !== "string" || value.length > LONGEST || !URL.canParse(value)) return undefined;
  const { protocol, hostname, username, password, href } = new URL(value);
  const isKnown =
    protocol === "https:" ||
    protocol === "mailto:" ||
    (protocol === "http:" && LOOPBACK.test(hostname));
  // A link of mailto may keep spaces, which would end it in the text part.
  return isKnown && username === "" && password === "" && !/\s/.test(href) ? href : undefined;
}

/** Where a leak was found, as outsiders say: an address of the Web or nothing. It is shown, never linked. */
export function webAddress(value: string): string | undefined {
  return /^https?:\/\/\S+$/.test(value) && URL.canParse(value) ? value : undefined;
}
