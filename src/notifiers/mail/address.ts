import { checkText } from "../../checks.ts";

/** An address with the name that mail programs show. */
export interface MailAddress {
  readonly name: string;
  readonly address: string;
}

const LONGEST_ADDRESS = 254;
const LONGEST_LOCAL_PART = 64;

/** A dot-atom of RFC 5322, with the letters of RFC 6531. Quoted local parts and domain literals are read differently by every program. */
const LOCAL_PART =
  /^[\w!#$%&'*+/=?^`{|}~\p{L}\p{N}\p{M}-]+(?:\.[\w!#$%&'*+/=?^`{|}~\p{L}\p{N}\p{M}-]+)*$/u;
const DOMAIN =
  /^[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}-]*[\p{L}\p{N}\p{M}])?(?:\.[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}-]*[\p{L}\p{N}\p{M}])?)*$/u;

/** What old mail servers take for a route, an option or a machine of their own: "a%b@c", "a!b@c", "-o@c", "a@localhost", "a@127.0.0.1". */
const ROUTES = /^-|[%!].*@|@[^.]*$|\.\d+$/;

/** Whether a value is exactly one address, so that no comma and no line end in it can add another recipient. */
export function isAddress(value: unknown): value is string {
  if (typeof value !== "string" || value.length > LONGEST_ADDRESS) return false;
  const at = value.lastIndexOf("@");
  return (
    at > 0 &&
    at <= LONGEST_LOCAL_PART &&
    LOCAL_PART.test(value.slice(0, at)) &&
    DOMAIN.test(value.slice(at + 1)) &&
    !ROUTES.test(value)
  );
}

/** Reads `Acme <no-reply@acme.example>`, or an address alone. @throws TypeError or RangeError that names the path. */
export function checkMailbox(value: unknown, path: string): MailAddress {
  const text = checkText(value, 500, path);
  const [, name = "", bracketed] = /^([^<>]*)<([^<>]*)>$/.exec(text) ?? [];
  const address = bracketed ?? text;
  if (isAddress(address)) return { name: name.trim().replace(/^"(.*)"$/, "$1"), address };
  throw new RangeError(`${path} must be an address, or "Name <address>"`);
}

/** The domain of an address in ASCII, as it may stand in a Message-ID. */
export function asciiDomain(address: string): string {
  const domain = address.slice(address.lastIndexOf("@") + 1);
  return URL.canParse(`http://${domain}`) ? new URL(`http://${domain}`).hostname : "localhost";
}
