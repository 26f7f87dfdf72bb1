import { hasApiAccess } from "../access/actor.ts";
import { TokenryError } from "../errors.ts";
import { type Access, type Actor, type Owner, SYSTEM } from "../model.ts";
import { actorFacts, authorize } from "./authorize.ts";
import type { Context } from "./context.ts";
import { checkActor, checkId, checkRequest } from "./input.ts";

/** Of whom to tell. */
export interface OwnerRequest {
  readonly owner: string;
  readonly actor: Actor;
}

/** What the directory says of an owner now, every default filled in: what a screen needs to know of whom it is about. */
export interface OwnerStanding {
  readonly id: string;
  readonly account: string;
  readonly active: boolean;
  readonly apiAccess: boolean;
  /** `null`: every method. */
  readonly methods: readonly string[] | null;
  readonly access: Access;
  readonly managesTokens: boolean;
}

/** Tells what the directory says of an owner now. See `Tokenry.owner`. */
export async function findOwner(context: Context, request: OwnerRequest): Promise<OwnerStanding> {
  checkRequest(request, ["owner", "actor"]);
  const owner = checkId(request.owner, "owner");
  const actor = checkActor(request.actor);
  const facts = await context.owners.fresh(owner, context.now());
  if (facts !== undefined) {
    await authorize(context, { deed: "read", actor, owner, account: facts.account });
    return standing(facts);
  }
  // Who may not ask about others learns nothing of whom there is.
  const asking = await actorFacts(context, actor);
  const manages =
    actor === SYSTEM || asking === "system" || (asking?.active && asking.managesTokens) === true;
  throw new TokenryError(manages ? "not_found" : "forbidden");
}

function standing(owner: Owner): OwnerStanding {
  const { id, account, active, methods, access = "full", managesTokens } = owner;
  return Object.freeze({
    id,
    account,
    active: active === true,
    apiAccess: hasApiAccess(owner),
    methods: methods === undefined ? null : Object.freeze([...methods]),
    access: Object.freeze(structuredClone(access)),
    managesTokens: active === true && managesTokens === true,
  });
}
