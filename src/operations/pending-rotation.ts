import { decideActor } from "../access/actor.ts";
import { TokenryError } from "../errors.ts";
import { isExpired } from "../lifecycle/expiry.ts";
import type { ResolvedKind } from "../lifecycle/kind.ts";
import { pairOf } from "../lifecycle/rotation.ts";
import { PENDING } from "../lifecycle/slots.ts";
import type { Actor } from "../model.ts";
import type { StoredToken } from "../ports/repository.ts";
import { isRotationCode, rotationCodeId } from "../secret/rotation-code.ts";
import { actorFacts } from "./authorize.ts";
import type { Context } from "./context.ts";
import { actorId } from "./input.ts";
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

/** Who follows a link, as records name them: the owner, or who manages tokens of the account. Another who is signed in where it leads is refused. */
export async function followerOf(
  context: Context,
  { owner, account }: StoredToken,
  actor: Actor,
): Promise<string> {
  const facts = await actorFacts(context, actor);
  const question = { deed: "revoke", actor: facts, owner, account, managersOnly: false } as const;
  const decision = decideActor(question);
  // Who has the code knows of the request already: to another account it is not unknown.
  if (!decision.allowed)
    throw new TokenryError(decision.code === "not_found" ? "forbidden" : decision.code);
  return actorId(actor);
}

/** The living request of an owner. What belongs to another account does not exist (AP-1), also when its owner has left that account. */
export async function pendingOf(
  context: Context,
  { owner, kind, account }: { owner: string; kind: string; account: string },
): Promise<StoredToken | undefined> {
  const { pending } = pairOf(await ownedTokens(context, owner, kind), context.now());
  return pending?.account === account ? pending : undefined;
}
