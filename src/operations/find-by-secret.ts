import type { Awaitable } from "../ports/awaitable.ts";
import type { FoundToken } from "../ports/repository.ts";
import { equalInConstantTime } from "../secret/equal.ts";
import { type KnownPrefix, parseSecret } from "../secret/parse.ts";
import { isThenable } from "../state/thenable.ts";
import type { Context } from "./context.ts";

/** The stored token that a text opens, if it has the shape of a secret. */
export function findBySecret(context: Context, text: string): Awaitable<FoundToken | undefined> {
  const prefix = parseSecret(text, context.prefixes);
  return prefix === undefined ? undefined : findByParsedSecret(context, text, prefix);
}

/** The stored token that a text of known shape opens. */
export function findByParsedSecret(
  context: Context,
  text: string,
  prefix: KnownPrefix,
): Awaitable<FoundToken | undefined> {
  const hashes = context.keyring.hashes(text);
  const found = context.repository.findByHash(hashes);
  return isThenable(found)
    ? found.then((token) => checked(token, hashes, prefix))
    : checked(found, hashes, prefix);
}

/** A look-up may compare loosely (collations, truncation); what it finds must be the very hash, and of the kind that the prefix names. */
function checked(
  found: FoundToken | undefined,
  hashes: readonly string[],
  prefix: KnownPrefix,
): FoundToken | undefined {
  const hash = found?.token.hash ?? null;
  if (hash === null || found?.token.kind !== prefix.kind) return undefined;
  return hashes.some((candidate) => equalInConstantTime(candidate, hash)) ? found : undefined;
}
