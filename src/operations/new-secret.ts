import { expiryFromNow } from "../lifecycle/expiry.ts";
import type { ResolvedKind } from "../lifecycle/kind.ts";
import type { Duration, Token } from "../model.ts";
import type { StoredToken } from "../ports/repository.ts";
import { generateSecret } from "../secret/generate.ts";
import { hintOf, Secret } from "../secret/secret.ts";
import type { Context } from "./context.ts";

/** A secret just made, and the token that it opens. The secret is in no other answer (CORE-04). */
export interface Issued<Kind extends string = string> {
  readonly secret: Secret;
  readonly token: Token<Kind>;
}

/** The columns of a token that belong to its secret. */
export type SecretColumns = Pick<
  StoredToken,
  "hash" | "pepper" | "hint" | "secretCreatedAt" | "expiresAt" | "updatedAt" | "remindedFrom"
>;

/** Makes a secret of a kind and the columns that go with it. */
export function newSecret(
  context: Context,
  kind: ResolvedKind,
  now: number,
  chosen?: Duration,
): { readonly secret: Secret; readonly columns: SecretColumns } {
  const text = generateSecret(kind.prefix);
  const columns = {
    hash: context.keyring.hash(text),
    pepper: context.keyring.current,
    hint: hintOf(text),
    secretCreatedAt: now,
    expiresAt: expiryFromNow(kind.expiry, now, chosen),
    updatedAt: now,
    remindedFrom: null,
  };
  return { secret: new Secret(text), columns };
}
