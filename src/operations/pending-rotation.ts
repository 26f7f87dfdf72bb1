import { TokenryError } from "../errors.ts";
import { isExpired } from "../lifecycle/expiry.ts";
import type { ResolvedKind } from "../lifecycle/kind.ts";
import { pairOf } from "../lifecycle/rotation.ts";
import { PENDING } from "../lifecycle/slots.ts";
import type { StoredToken } from "../ports/repository.ts";
import { isRotationCode, rotationCodeId } from "../secret/rotation-code.ts";
import type { Context } from "./context.ts";
import { ownedTokens } from "./owned-tokens.ts";

/** The living request that a code belongs to. Every other code gets one answer: wrong, used, replaced or too late (CORE-32). */
export async function pendingByCode(
  context: Context,
  code: unknown,
): Promise<{ readonly pending: StoredToken; readonly kind: ResolvedKind }> {
  if (typeof code !== "string") throw new TypeError("code must be a string");
  const id = rotationCodeId(code);
  const pending = id === undefined ? undefined : await context.repository.findById(id);
  const kind = context.kinds.get(pending?.kind ?? "");
  if (
    pending?.slot !== PENDING ||
    kind === undefined ||
    !isRotationCode(context.keyring, pending, code) ||
    isExpired(pending, context.now())
  ) {
    throw new TokenryError("rotation_code_invalid");
  }
  return { pending, kind };
}

/** The living request of an owner. What belongs to another account does not exist (AP-1), also when its owner has left that account. */
export async function pendingOf(
  context: Context,
  { owner, kind, account }: { owner: string; kind: string; account: string },
): Promise<StoredToken | undefined> {
  const { pending } = pairOf(await ownedTokens(context, owner, kind), context.now());
  return pending?.account === account ? pending : undefined;
}
