import type { Zone } from "../model.ts";
import { type EntityTags, readEntityTags, taggedVersion, zoneVersion } from "./entity-tags.ts";
import type { Refusal } from "./refusal.ts";
import type { RouteFacts } from "./route.ts";

/** The precondition of a request: what is there has one of the tags, or there is nothing yet. `undefined`: it has none. */
export type Condition = EntityTags | "absent" | undefined;

const MALFORMED: Refusal = Object.freeze({
  code: "invalid_input",
  detail: 'If-Match and If-None-Match hold "*" or tags in quotes.',
});
const NOT_TAKEN: Refusal = Object.freeze({
  code: "invalid_input",
  detail: "This request takes no such precondition.",
});

/** A precondition that is not looked at would be broken: who sends one relies on it (RFC 9110 section 13.2.1). */
export function readCondition(
  { method, condition }: RouteFacts,
  headers: Headers,
): { readonly value: Condition } | Refusal {
  const ifMatch = headers.get("if-match");
  const ifNoneMatch = headers.get("if-none-match");
  if (condition === "replacement" && ifNoneMatch === "*" && ifMatch === null)
    return { value: "absent" };
  if (ifMatch !== null && condition !== "change" && condition !== "replacement") return NOT_TAKEN;
  if (ifNoneMatch !== null && method !== "GET") return NOT_TAKEN;
  // What has no tag has none that matches: the whole answer is right.
  const field = condition === "reading" ? ifNoneMatch : ifMatch;
  if (field === null) return { value: undefined };
  const tags = readEntityTags(field);
  return tags === undefined ? MALFORMED : { value: tags };
}

/** The one version that `If-Match` names; `undefined` where it names none or several, or nothing but that there is a token. */
export function onlyVersion(condition: EntityTags): number | undefined {
  if (condition === "any" || condition.length !== 1) return undefined;
  const [tag] = condition;
  return tag === undefined ? undefined : taggedVersion(tag);
}

/** Whether `If-Match` holds for a version: by the strong comparison. */
export function admits(condition: EntityTags, version: number): boolean {
  return condition === "any" || condition.some((tag) => taggedVersion(tag) === version);
}

/** Whether a zone, or that there is none, is what a precondition asks for. */
export function admitsZone(condition: EntityTags | "absent", zone: Zone | undefined): boolean {
  if (condition === "absent") return zone === undefined;
  if (zone === undefined) return false;
  const version = zoneVersion(zone);
  return condition === "any" || condition.some(({ isWeak, tag }) => !isWeak && tag === version);
}

/** Whether a client has a version already, by `If-None-Match`: by the weak comparison (RFC 9110 section 13.1.2). */
export function isKnown(condition: EntityTags, version: number | string): boolean {
  return condition === "any" || condition.some(({ tag }) => tag === String(version));
}
