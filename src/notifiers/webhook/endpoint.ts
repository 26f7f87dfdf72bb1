import { checkKeys, checkObject, checkText, quoted } from "../../checks.ts";
import { mayBePublicHost } from "./public-address.ts";
import { readSecrets } from "./secret.ts";

/** Where notices go, and what signs them. */
export interface WebhookEndpoint {
  /** At most 2048 characters, of https, without a user and a password. It may be a secret: no message repeats more than its host. */
  readonly url: string;
  /**
   * `whsec_` and 24 to 64 bytes in base64, 1 to 8 of them; see `generateWebhookSecret`. All sign: while a secret is replaced, give the new
   * one and the old one, and receivers that know either accept.
   */
  readonly secrets: readonly string[];
  /** Header fields besides, such as `authorization`; at most 32. None of those that make the request or begin with `webhook-`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Which endpoints are allowed. */
export interface EndpointPolicy {
  readonly allowHttp: boolean;
  readonly allowPrivateAddresses: boolean;
}

/** An endpoint that may be called, as far as its text tells. */
export interface CheckedEndpoint {
  readonly url: URL;
  readonly keys: readonly Uint8Array[];
  /** With names in small letters. */
  readonly headers: Readonly<Record<string, string>>;
}

const KEYS: ReadonlySet<string> = new Set(["url", "secrets", "headers"]);
const LONGEST_URL = 2048;
const MOST_HEADERS = 32;
const LONGEST_HEADER = 4096;
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9a-z-]{1,64}$/;
const HEADER_VALUE = /^[!-~](?:[ -~]*[!-~])?$/;
/** What makes the request, and what others could be misled by. */
const TAKEN =
  /^(?:webhook-.*|content-.*|proxy-.*|host|connection|keep-alive|transfer-encoding|te|trailer|upgrade|expect|user-agent|accept-encoding)$/;

/**
 * Checks an endpoint. What its name resolves to is checked when it is called.
 *
 * @throws TypeError or RangeError that names the path, and the option that would allow it.
 */
export function checkEndpoint(
  value: WebhookEndpoint,
  path: string,
  policy: EndpointPolicy,
): CheckedEndpoint {
  checkKeys(value, KEYS, path);
  return {
    url: checkUrl(value.url, `${path}.url`, policy),
    keys: readSecrets(value.secrets, `${path}.secrets`),
    headers: checkHeaders(value.headers, `${path}.headers`),
  };
}

function checkUrl(value: unknown, path: string, policy: EndpointPolicy): URL {
  const text = checkText(value, LONGEST_URL, path);
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text))
    throw new RangeError(`${path} must be a URL of https`);
  const url = new URL(text);
  if (url.protocol === "http:" && !policy.allowHttp)
    throw new RangeError(`${path} must be a URL of https: options.allowHttp allows http`);
  if (url.username !== "" || url.password !== "")
    throw new RangeError(`${path} must be without a user and a password: use headers`);
  // Resolvers take the dot at the end of a whole name; certificates, and whoever compares names, do not.
  const host = url.hostname.replace(/\.$/, "");
  if (/^$|^\.|\.\.|\.$/.test(host)) throw new RangeError(`${path} must name a host`);
  url.hostname = host;
  url.hash = "";
  if (!policy.allowPrivateAddresses && !mayBePublicHost(url.hostname))
    throw new RangeError(
      `${path} has a host that is not public: options.allowPrivateAddresses allows it`,
    );
  return url;
}

function checkHeaders(value: unknown, path: string): Readonly<Record<string, string>> {
  if (value === undefined) return {};
  checkObject(value, path);
  const fields = Object.entries(value);
  if (fields.length > MOST_HEADERS) throw new RangeError(`${path} must be at most ${MOST_HEADERS}`);
  const headers = new Map<string, string>();
  for (const [given, text] of fields) {
    const name = given.toLowerCase();
    if (!HEADER_NAME.test(name) || TAKEN.test(name) || headers.has(name))
      throw new RangeError(`${path} cannot have ${quoted(given)}`);
    const checked = checkText(text, LONGEST_HEADER, `${path}[${quoted(given)}]`);
    if (!HEADER_VALUE.test(checked))
      throw new RangeError(`${path}[${quoted(given)}] holds what a header cannot`);
    headers.set(name, checked);
  }
  return Object.fromEntries(headers);
}
