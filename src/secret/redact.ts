/**
 * What may be a secret, the code of a confirmation link or a hash, wherever it stands and however its "_" is written. More than these is cut
 * out sooner than less.
 */
const SECRETS =
  /(?:[0-9a-z_]{0,32}(?:_|%5f)[0-9a-z]{38}|[0-9a-f-]{36}(?:_|%5f)[0-9a-f]{64}|[0-9a-f]{64})(?![0-9a-z])/gi;

/**
 * Text from outside (a mail server's answer, an address where a leak was found) as it may be kept: without secrets, codes and hashes,
 * without control characters, and no longer than `most`.
 *
 * @example
 * redacted("550 no acme_pat_… here", 500);
 */
export function redacted(text: string, most: number): string {
  // Bounded before it is searched, with room for a secret that begins at the end; one that is cut in two there goes whole.
  const bounded = text.slice(0, most + 200);
  const whole = bounded.length < text.length ? bounded.replace(/[0-9A-Za-z_%-]+$/, "") : bounded;
  return whole
    .replace(SECRETS, "…")
    .replace(/\p{Cc}+/gu, " ")
    .slice(0, most);
}
