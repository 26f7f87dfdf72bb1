import { checkKeys, checkList, quoted } from "../checks.ts";
import type { RequestReader } from "./request-reader.ts";
import { isToken, TOKEN_CHARACTERS } from "./token.ts";

/** Where clients put their tokens. */
export interface CredentialOptions {
  /**
   * Schemes of the `Authorization` header, in any case: `"Bearer"`, `"SSWS"`, or another token of RFC 9110. A name that ends in a colon is the
   * form without a space: `"TOK:"` reads `TOK:x`, `TOK: x` and `tok:x`. Default `["Bearer"]`, and none where `headers` are given.
   * Source: R6750-01, OKT-01, EDG-02, CORE-12.
   */
  readonly schemes?: readonly string[];
  /** Header fields that hold a token and nothing else, such as `"x-api-key"`. Default none. */
  readonly headers?: readonly string[];
}

/** What a request presents. Several tokens, and one in a form that is not its scheme's, are `invalid`. Source: CORE-11, R6750-03. */
export type Presented = { readonly type: "none" } | { readonly type: "invalid" } | PresentedToken;

/** The one token that a request presents. */
export interface PresentedToken {
  readonly type: "token";
  readonly secret: string;
  /** The header field that holds it, in lower case. */
  readonly field: string;
  /** Of `Authorization`, in lower case and without a colon; `""` in a field of its own. */
  readonly scheme: string;
}

/** Credential options after their checks. */
export interface Credentials {
  readonly schemes: readonly Scheme[];
  /** In lower case. */
  readonly headers: readonly string[];
}

/** A scheme ready to be compared with. */
export interface Scheme {
  /** As the challenge names it: a token of RFC 9110, so without a colon. */
  readonly name: string;
  /** As it was given, with the colon of a scheme that has one; most clients write it so. */
  readonly usual: string;
  /** The same in lower case. */
  readonly start: string;
  /** `name` in lower case. */
  readonly key: string;
  readonly endsInColon: boolean;
}

const NONE: Presented = Object.freeze({ type: "none" });
const INVALID: Presented = Object.freeze({ type: "invalid" });

/** The scheme of RFC 9449 section 7.1, as {@link PresentedToken} has it. */
export const DPOP_KEY = "dpop";
const DPOP = Object.freeze(schemeOf("DPoP", "DPoP", false));

const TCHAR = new RegExp(`[${TOKEN_CHARACTERS}]`);
/** RFC 9110 section 11.2; a b64token of RFC 6750 section 2.1 is the same. */
const TOKEN68 = /^[A-Za-z0-9\-._~+/]+=*$/;
/** Up to its end, or to that of the text: what is not closed must not be looked at again from each of its quotes. */
const QUOTED_STRING = /"(?:[^"\\]|\\.)*(?:"|\\?$)/g;
/** After a comma there is a parameter, or else what a platform made of a second line (RFC 9110 section 11.4). */
const SECOND_CREDENTIAL = new RegExp(`,(?![ \\t]*[${TOKEN_CHARACTERS}]+[ \\t]*=)`);

const SPACE = 0x20;

const KEYS: ReadonlySet<string> = new Set(["schemes", "headers"]);
/** What holds other things than one token, or is sent by a browser without being asked. */
const NOT_FOR_TOKENS = ["authorization", "cookie", "proxy-authorization", "host"];

/**
 * Checks the options. With `takesDpop` there is the scheme of RFC 9449 besides, for access tokens alone.
 *
 * @throws TypeError or RangeError that names the path.
 */
export function resolveCredentials(
  options: CredentialOptions = {},
  takesDpop = false,
): Credentials {
  checkKeys(options, KEYS, "options.credentials");
  const { headers, schemes = headers === undefined ? ["Bearer"] : [] } = options;
  const resolved = {
    schemes: checkList(schemes, "options.credentials.schemes").map(resolveScheme),
    headers: checkList(headers, "options.credentials.headers").map(resolveHeader),
  };
  const schemeKeys = resolved.schemes.map(({ key }) => key);
  checkUnique(schemeKeys, "options.credentials.schemes");
  checkUnique(resolved.headers, "options.credentials.headers");
  if (resolved.schemes.length + resolved.headers.length === 0)
    throw new RangeError("options.credentials must name a scheme or a header");
  if (!takesDpop) return resolved;
  if (schemeKeys.includes(DPOP_KEY))
    throw new RangeError("options.credentials.schemes must leave DPoP to access tokens");
  return { ...resolved, schemes: [...resolved.schemes, DPOP] };
}

/** Two ways of one name would be two credentials in each request, or hide each other. */
function checkUnique(names: readonly string[], path: string): void {
  for (const [index, name] of names.entries()) {
    if (names.indexOf(name) !== index)
      throw new RangeError(`${path}[${index}] must be unique: ${quoted(name)} is there before`);
  }
}

function resolveScheme(scheme: unknown, index: number): Scheme {
  const path = `options.credentials.schemes[${index}]`;
  if (typeof scheme !== "string") throw new TypeError(`${path} must be a string`);
  const endsInColon = scheme.endsWith(":");
  const name = endsInColon ? scheme.slice(0, -1) : scheme;
  if (!isToken(name)) throw new RangeError(`${path}: ${quoted(scheme)} is no scheme`);
  return schemeOf(name, scheme, endsInColon);
}

function schemeOf(name: string, usual: string, endsInColon: boolean): Scheme {
  return { name, usual, start: usual.toLowerCase(), key: name.toLowerCase(), endsInColon };
}

function resolveHeader(header: unknown, index: number): string {
  const path = `options.credentials.headers[${index}]`;
  if (typeof header !== "string") throw new TypeError(`${path} must be a string`);
  const name = header.toLowerCase();
  if (!isToken(name) || NOT_FOR_TOKENS.includes(name))
    throw new RangeError(`${path}: a token cannot be in ${quoted(header)}`);
  return name;
}

/**
 * Finds the one token that a request presents. Never looks at the query, the body or cookies (ASVS 14.2.1).
 *
 * @example
 * readCredential({ schemes, headers: ["x-api-key"] }, request, reader); // { type: "token", secret: "acme_pat_…", field: "authorization", scheme: "bearer" }
 */
export function readCredential<Request>(
  { schemes, headers }: Credentials,
  request: Request,
  reader: RequestReader<Request>,
): Presented {
  let found = authorizationIn(reader.lines(request, "authorization"), schemes);
  for (const field of headers) {
    const other = tokenIn(reader.lines(request, field), field);
    if (other.type === "none") continue;
    if (found.type !== "none") return INVALID;
    found = other;
  }
  return found;
}

/** Two lines are two credentials, whatever they hold: some platform on the way may have read the other one (T-07). */
function authorizationIn(lines: readonly string[], schemes: readonly Scheme[]): Presented {
  if (lines.length > 1) return INVALID;
  const [value] = lines;
  if (value === undefined || value === "") return NONE;
  for (const scheme of schemes) {
    if (hasScheme(value, scheme)) return withScheme(value, scheme);
  }
  return SECOND_CREDENTIAL.test(value.replace(QUOTED_STRING, "")) ? INVALID : NONE;
}

/** Scheme names are compared without regard to case (R6750-02). */
function hasScheme(value: string, { usual, start, endsInColon }: Scheme): boolean {
  const { length } = start;
  if (!value.startsWith(usual) && value.slice(0, length).toLowerCase() !== start) return false;
  return endsInColon || value.charCodeAt(length) === SPACE || !TCHAR.test(value.charAt(length));
}

/** After a name there is at least one space; after a colon there may be some. No other blank (T-06). */
function withScheme(value: string, { start, key, endsInColon }: Scheme): Presented {
  let position = start.length;
  while (value.charCodeAt(position) === SPACE) position += 1;
  if (!endsInColon && position === start.length) return INVALID;
  const secret = value.slice(position);
  if (!TOKEN68.test(secret)) return INVALID;
  return { type: "token", secret, field: "authorization", scheme: key };
}

function tokenIn(lines: readonly string[], field: string): Presented {
  const [secret] = lines;
  if (secret === undefined || (lines.length === 1 && secret === "")) return NONE;
  if (lines.length > 1 || !TOKEN68.test(secret)) return INVALID;
  return { type: "token", secret, field, scheme: "" };
}
