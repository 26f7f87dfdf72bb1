import { knownPrefix, parseSecret } from "../secret/parse.ts";
import { redacted } from "../secret/redact.ts";

const LONGEST_LINE = 2000;
/** A user and password in a URL, as drivers may quote one that they cannot use. */
const CREDENTIALS = /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi;

/** Text from anywhere as lines that may be shown: without secrets, codes, hashes, passwords of URLs and control characters. */
export function shownLines(text: string): readonly string[] {
  return text
    .split(/\r?\n/)
    .map((line) => redacted(line.replace(CREDENTIALS, "$1…@"), LONGEST_LINE));
}

/** The same in one line. */
export function shown(text: string): string {
  return shownLines(text).join(" ").trim();
}

const CANDIDATE = /([a-z][a-z0-9]*(?:_[a-z0-9]+)*)_[0-9A-Za-z]{38}(?![0-9A-Za-z])/g;

/** Whether a text holds what has the shape and the checksum of a secret, whatever its prefix. */
export function holdsSecret(text: string): boolean {
  return [...text.matchAll(CANDIDATE)].some(
    ([candidate, prefix = ""]) => parseSecret(candidate, [knownPrefix("", prefix)]) !== undefined,
  );
}
