import { type Deed, decideAccountActor, decideActor, decideReceiver } from "../access/actor.ts";
import { TokenryError } from "../errors.ts";
import type { ResolvedKind } from "../lifecycle/kind.ts";
import { PENDING } from "../lifecycle/slots.ts";
import { type Actor, type Owner, SYSTEM } from "../model.ts";
import type { StoredToken } from "../ports/repository.ts";
import type { Context } from "./context.ts";
import { actorId } from "./input.ts";

/** An actor that may do what it asked for. */
export interface Authority {
  /** The actor as it appears in records. */
  readonly actor: string;
  /** May also raise budgets. */
  readonly manages: boolean;
  /** The account on which it acts. */
  readonly account: string;
}

interface Question {
  readonly deed: Deed;
  readonly actor: Actor;
  readonly owner: string;
  readonly account: string;
  readonly kind?: ResolvedKind | undefined;
  /** The owner's facts, where they are known already. */
  readonly receiver?: Owner | undefined;
}

/** Asks the directory for the actor's facts now and decides. Throws the refusal. */
export async function authorize(context: Context, question: Question): Promise<Authority> {
  const { deed, actor, owner, account, kind, receiver } = question;
  const facts = actor === receiver?.id ? receiver : await actorFacts(context, actor);
  const decision = decideActor({
    deed,
    actor: facts,
    owner,
    account,
    managersOnly: kind?.managersOnly ?? false,
  });
  if (!decision.allowed) throw new TokenryError(decision.code);
  return { actor: actorId(actor), manages: decision.manages, account };
}

/** What the directory says of an actor now. */
export async function actorFacts(
  context: Context,
  actor: Actor,
): Promise<Owner | "system" | undefined> {
  return actor === SYSTEM ? "system" : context.owners.fresh(actor, context.now());
}

/** The actor may act on an owner's tokens, and the owner can be given a secret now. */
export async function authorizeGiving(
  context: Context,
  question: Omit<Question, "account" | "receiver"> & { readonly account?: string | undefined },
): Promise<Authority> {
  const receiver = await context.owners.fresh(question.owner, context.now());
  const account = question.account ?? receiver?.account;
  if (account === undefined) {
    // An unknown actor learns nothing of which owners there are.
    const known =
      question.actor === SYSTEM ||
      (await context.owners.fresh(question.actor, context.now())) !== undefined;
    throw new TokenryError(known ? "not_found" : "forbidden");
  }
  const authority = await authorize(context, { ...question, account, receiver });
  const state = decideReceiver(receiver?.account === account ? receiver : undefined);
  if (state !== "ok") throw new TokenryError(state);
  return authority;
}

/** The actor sees to an account's zones and audit trail. Another account's are refused alike, whether or not there is one. */
export async function authorizeAccount(
  context: Context,
  actor: Actor,
  account: string,
): Promise<Authority> {
  if (!decideAccountActor(await actorFacts(context, actor), account))
    throw new TokenryError("forbidden");
  return { actor: actorId(actor), manages: true, account };
}

/** A token that an actor may act on. One of another account is not found, as an unknown one is (AP-1, CORE-75). */
export async function openToken(
  context: Context,
  {
    tokenId,
    actor,
    deed,
  }: { readonly tokenId: string; readonly actor: Actor; readonly deed: Deed },
): Promise<{ readonly token: StoredToken; readonly authority: Authority }> {
  const token = await context.repository.findById(tokenId);
  if (token === undefined) throw new TokenryError("not_found");
  const { owner, account } = token;
  const question: Question = { deed, actor, owner, account, kind: context.kinds.get(token.kind) };
  const authority = await (deed === "replace"
    ? authorizeGiving(context, question)
    : authorize(context, question));
  if (token.slot === PENDING) throw new TokenryError("not_found");
  return { token, authority };
}
