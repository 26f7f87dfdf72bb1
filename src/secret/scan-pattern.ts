import { CHECKSUM_LENGTH } from "./checksum.ts";
import { BODY_LENGTH } from "./parse.ts";

/**
 * A regular expression that finds secrets of a kind in any text, for secret scanners and log filters (IND-40).
 *
 * @example
 * const found = log.match(scanPattern({ prefix: "acme_pat" }));
 */
export function scanPattern(kind: {
  readonly prefix: string;
  readonly formerPrefixes?: readonly string[];
}): RegExp {
  const prefixes = [kind.prefix, ...(kind.formerPrefixes ?? [])].join("|");
  return new RegExp(
    `(?<![0-9A-Za-z_])(?:${prefixes})_[0-9A-Za-z]{${BODY_LENGTH + CHECKSUM_LENGTH}}(?![0-9A-Za-z])`,
    "g",
  );
}
