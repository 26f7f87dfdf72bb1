import { checkText } from "../checks.ts";
import { admits, admitsZone, type Condition, isKnown, onlyVersion } from "./condition.ts";
import { type EntityTags, versionOf } from "./entity-tags.ts";
import { faultAt } from "./faults.ts";
import { asRefusal, isRefusal, type Refusal } from "./refusal.ts";
import type { Call, Outcome, Route } from "./route.ts";

const FORBIDDEN: Refusal = Object.freeze({ code: "forbidden" });
const NOT_FOUND: Refusal = Object.freeze({ code: "not_found" });
const CHANGED: Refusal = Object.freeze({ code: "precondition_failed" });
const LONGEST_ID = 255;

/**
 * Refuses by the path alone, before anything is looked up: who does not manage tokens has one answer for every owner but itself, whether or not
 * there is one, and what is no text finds no token.
 */
export function refuseByPath(
  route: Route,
  { actor, params: { owner, tokenId } }: Pick<Call, "actor" | "params">,
): Refusal | undefined {
  const isOfOther = route.path.startsWith("/owners/") && owner !== actor.id;
  if (isOfOther && !actor.managesTokens) return FORBIDDEN;
  return isAboutToken(route) && !isText(tokenId) ? NOT_FOUND : undefined;
}

function isText(id: string): boolean {
  try {
    return checkText(id, LONGEST_ID, "tokenId") === id;
  } catch {
    return false;
  }
}

/** Does what a route does, under its precondition. Throws for an outage. */
export async function perform(
  route: Route,
  call: Call,
  condition: Condition,
): Promise<Outcome | Refusal> {
  const outcome = await asRefusal(() => underCondition(route, call, condition));
  if (!isRefusal(outcome)) return outcome;
  if (outcome.code === "forbidden" && isAboutToken(route) && !(await isOwn(call))) return NOT_FOUND;
  return outcome;
}

/** Whether a route is about one token. */
function isAboutToken({ path }: Route): boolean {
  return path.startsWith("/tokens/");
}

/** Who may not see a token learns nothing of it: not that there is one either. */
async function isOwn({ tokens, actor, params: { tokenId } }: Call): Promise<boolean> {
  return !isRefusal(await asRefusal(() => tokens.get({ tokenId, actor: actor.id })));
}

async function underCondition(
  route: Route,
  call: Call,
  condition: Condition,
): Promise<Outcome | Refusal> {
  if (condition === undefined) return located(call, () => route.run(call));
  if (route.condition === "replacement") return replaceUnder(route, call, condition);
  // Only a zone can be asked to be absent.
  if (condition === "absent") return CHANGED;
  if (route.condition === "reading") {
    const outcome = await route.run(call);
    const { version } = outcome;
    return version !== undefined && isKnown(condition, version)
      ? { status: 304, version }
      : outcome;
  }
  return changeUnder(route, call, condition);
}

/** Of several tags the one that the token has now is the guard: what changes it meanwhile fails the request. */
async function changeUnder(
  route: Route,
  call: Call,
  condition: EntityTags,
): Promise<Outcome | Refusal> {
  const { tokens, actor, params } = call;
  let version = onlyVersion(condition);
  if (version === undefined) {
    const token = await tokens.get({ tokenId: params.tokenId, actor: actor.id });
    if (!admits(condition, versionOf(token))) return CHANGED;
    version = condition === "any" ? undefined : versionOf(token);
  }
  const unchangedSince = version === undefined ? undefined : new Date(version);
  return guarded(route, { ...call, unchangedSince });
}

/** The zone that satisfies the precondition is the guard, or that there is none. */
async function replaceUnder(
  route: Route,
  call: Call,
  condition: Exclude<Condition, undefined>,
): Promise<Outcome | Refusal> {
  const { tokens, actor, params } = call;
  const zones = await tokens.zones.list({ account: actor.account, actor: actor.id });
  const zone = zones.find(({ name }) => name === params.name);
  if (!admitsZone(condition, zone)) return CHANGED;
  return guarded(route, { ...call, replaces: zone ?? null });
}

/** A conflict with a guard is a precondition that has failed. */
async function guarded(route: Route, call: Call): Promise<Outcome | Refusal> {
  const outcome = await located(call, () => route.run(call));
  return isRefusal(outcome) && outcome.code === "conflict" ? CHANGED : outcome;
}

/** What was thrown as a refusal of what was sent, with its place in the body where its message names it. */
async function located({ body }: Call, run: () => Promise<Outcome>): Promise<Outcome | Refusal> {
  const outcome = await asRefusal(run);
  if (!isRefusal(outcome) || outcome.detail === undefined) return outcome;
  const fault = outcome.code === "invalid_input" ? faultAt(body, outcome.detail) : undefined;
  return fault === undefined ? outcome : { ...outcome, errors: [fault] };
}
