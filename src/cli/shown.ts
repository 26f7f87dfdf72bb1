import { knownPrefix, parseSecret } from "../secret/parse.ts";
import { redacted } from "../secret/redact.ts";

const LONGEST_LINE = 2000;
/** More than `redacted` looks at. */
const LONGEST_LOOKED_AT = 2 * LONGEST_LINE;
/**
 * A user and password in a URL, as drivers may quote one that they cannot use: up to the last "@", as a password that makes it no URL may hold
 * "/", "?" and "@". More than these is cut out sooner than less.
 */
const CREDENTIALS = /(\b[a-z][a-z0-9+.-]{0,30}:\/\/)[^\s"'<>]*@/gi;
/** A URL that was cut, and with it the "@" that would tell. */
const CUT_URL = /[a-z][a-z0-9+.-]{0,30}:\/\/\S*$/i;
/** Control characters and the marks that turn the direction of text: a terminal would obey them. */
const UNSAFE = /[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** A text from outside as it may stand in a line of a terminal. */
export function cell(text: string): string {
  return text.replace(UNSAFE, "\ufffd");
}

/** A value as JSON, which programs read and terminals show. */
export function jsonText(value: unknown, indent = 0): string {
  // The only line breaks are those of the indent: in texts JSON escapes them itself.
  return JSON.stringify(value, null, indent).replace(UNSAFE, (character) =>
    character === "\n" ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Text from anywhere as lines that may be shown: without secrets, codes, hashes, passwords of URLs and control characters. */
export function shownLines(text: string): readonly string[] {
  return text.split(/\r?\n/).map(shownLine);
}

function shownLine(line: string): string {
  const bounded = line.slice(0, LONGEST_LOOKED_AT);
  const whole = bounded.length < line.length ? bounded.replace(CUT_URL, "") : bounded;
  return cell(redacted(whole.replace(CREDENTIALS, "$1…@"), LONGEST_LINE));
}

/** The same in one line. */
export function shown(text: string): string {
  return shownLines(text).join(" ").trim();
}

/** What ends as a secret does, and as much before it as a prefix may be long. */
const CANDIDATE = /(?<=([a-z0-9_]{1,32}))_[0-9A-Za-z]{38}(?![0-9A-Za-z])/g;

/** Whether a text holds what has the shape and the checksum of a secret, whatever its prefix. */
export function holdsSecret(text: string): boolean {
  return [...text.matchAll(CANDIDATE)].some(([tail, before = ""]) =>
    // Where its prefix begins is not known: other words may stand before it ("ci_acme_pat_…").
    Array.from(before, (_, from) => before.slice(from)).some(
      (prefix) => parseSecret(prefix + tail, [knownPrefix("", prefix)]) !== undefined,
    ),
  );
}
