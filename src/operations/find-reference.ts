import { checkObject } from "../checks.ts";
import type { DenialCode } from "../errors.ts";
import type { FoundToken } from "../ports/repository.ts";
import { parseSecret } from "../secret/parse.ts";
import { Secret } from "../secret/secret.ts";
import type { Context } from "./context.ts";
import { findBySecret } from "./find-by-secret.ts";
import { checkId } from "./input.ts";

/** A token named by whoever has made sure by other means that the caller may act by it: by a key that is registered for it, say. */
export interface TokenReference {
  readonly tokenId: string;
  /** Milliseconds since 1970: the token must still have the secret that was made then. Default: whichever it has. */
  readonly secretCreatedAt?: number;
}

/** A secret as it was presented, or a reference. */
export type TokenCredential = string | Secret | TokenReference | null | undefined;

/** A credential read once. */
export type ReadCredential =
  | { readonly type: "secret"; readonly text: string }
  | { readonly type: "reference"; readonly reference: TokenReference };

/** Reads a credential. @throws TypeError for what is neither text nor a reference. */
export function readCredential(
  context: Context,
  credential: TokenCredential,
): ReadCredential | Extract<DenialCode, "missing_token" | "malformed_token"> {
  const text = Secret.isSecret(credential) ? credential.reveal() : credential;
  if (text === undefined || text === null || text === "") return "missing_token";
  if (typeof text !== "string") return { type: "reference", reference: checkReference(text) };
  const isKnown = parseSecret(text, context.prefixes) !== undefined;
  return isKnown ? { type: "secret", text } : "malformed_token";
}

function checkReference(reference: unknown): TokenReference {
  checkObject(reference, "credential");
  const { tokenId, secretCreatedAt } = reference;
  const id = checkId(tokenId, "credential.tokenId");
  if (secretCreatedAt === undefined) return { tokenId: id };
  if (typeof secretCreatedAt === "number") return { tokenId: id, secretCreatedAt };
  throw new TypeError("credential.secretCreatedAt must be a number");
}

/** The token that a credential opens or names, with its account's zones. */
export async function findByCredential(
  context: Context,
  credential: ReadCredential,
): Promise<FoundToken | undefined> {
  if (credential.type === "secret") return findBySecret(context, credential.text);
  const { tokenId, secretCreatedAt } = credential.reference;
  const token = await context.findStored(tokenId);
  // A rotation that waits for its confirmation has no hash: nothing opens it, and nothing stands on it.
  if (token === undefined || token.id !== tokenId || token.hash === null) return undefined;
  const isSame = secretCreatedAt === undefined || secretCreatedAt === token.secretCreatedAt;
  return isSame ? { token, zones: await context.repository.zones(token.account) } : undefined;
}
