import type { FoundToken } from "../ports/repository.ts";
import { equalInConstantTime } from "../secret/equal.ts";
import { parseSecret } from "../secret/parse.ts";
import type { Context } from "./context.ts";

/** The stored token that a text opens, if it has the shape of a secret. */
export async function findBySecret(
  context: Context,
  text: string,
): Promise<FoundToken | undefined> {
  const prefix = parseSecret(text, context.prefixes);
  if (prefix === undefined) return undefined;
  const hashes = context.keyring.hashes(text);
  const found = await context.repository.findByHash(hashes);
  return found?.token.kind === prefix.kind && isOneOf(hashes, found.token.hash) ? found : undefined;
}

/** Whether what a look-up found is what was looked for: a store may compare loosely (collations, truncation). */
export function isOneOf(hashes: readonly string[], hash: string | null): boolean {
  if (hash === null) return false;
  for (const candidate of hashes) if (equalInConstantTime(candidate, hash)) return true;
  return false;
}
