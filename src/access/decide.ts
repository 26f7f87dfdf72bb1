import type { Access, Level, Owner } from "../model.ts";
import { levelAllows, neededMethod } from "./level.ts";

/** What a call needs and what there is to allow it. */
export interface AccessQuestion {
  readonly api: string;
  /** The methods that the API has. */
  readonly apiMethods: ReadonlySet<string>;
  readonly method: string;
  readonly owner: Pick<Owner, "methods" | "access">;
  /** The levels kept on the token; `null` where it follows its owner. */
  readonly granted: Readonly<Record<string, Level>> | null;
}

/**
 * Decides whether a method may be called on an API: by the token's levels, the owner's methods and the owner's live privileges together,
 * never by more than the smallest of them. Source: CORE-41, CORE-45, EDG-06, OKT-27, IND-33.
 */
export function decideAccess({ api, apiMethods, method, owner, granted }: AccessQuestion): boolean {
  const needed = neededMethod(method);
  if (!apiMethods.has(needed)) return false;
  if (owner.methods !== undefined && !levelAllows(owner.methods, needed)) return false;
  if (owner.access !== undefined && !levelAllows(levelFor(owner.access, api), needed)) return false;
  return granted === null || levelAllows(ownLevel(granted, api), needed);
}

/** The level of an access for one API. An API that is not named has none (AP-5). */
export function levelFor(access: Access, api: string): Level | undefined {
  if (typeof access === "string" || Array.isArray(access)) return access as Level;
  return typeof access === "object" && access !== null
    ? ownLevel(access as Readonly<Record<string, Level>>, api)
    : undefined;
}

/** An own property only: an API named like a property of every object has no level by that. */
function ownLevel(levels: Readonly<Record<string, Level>>, api: string): Level | undefined {
  return Object.hasOwn(levels, api) ? levels[api] : undefined;
}
