import { type EntityTags, readEntityTags, taggedVersion } from "./entity-tags.ts";
import type { Refusal } from "./refusal.ts";
import type { RouteFacts } from "./route.ts";

/** The precondition of a request; `undefined`: it has none. */
export type Condition = EntityTags | undefined;

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
  if (ifMatch !== null && condition !== "change") return NOT_TAKEN;
  if (ifNoneMatch !== null && method !== "GET") return NOT_TAKEN;
  // What has no tag has none that matches: the whole answer is right.
  const field = condition === "reading" ? ifNoneMatch : ifMatch;
  if (field === null) return { value: undefined };
  const tags = readEntityTags(field);
  return tags === undefined ? MALFORMED : { value: tags };
}

/** The one version that `If-Match` names; `undefined` where it names none or several, or nothing but that there is a token. */
export function onlyVersion(condition: Condition): number | undefined {
  if (condition === undefined || condition === "any" || condition.length !== 1) return undefined;
  const [tag] = condition;
  return tag === undefined ? undefined : taggedVersion(tag);
}

/** Whether `If-Match` holds for a version: by the strong comparison. */
export function admits(condition: EntityTags, version: number): boolean {
  return condition === "any" || condition.some((tag) => taggedVersion(tag) === version);
}

/** Whether a client has a version already, by `If-None-Match`: by the weak comparison (RFC 9110 section 13.1.2). */
export function isKnown(condition: EntityTags, version: number): boolean {
  return condition === "any" || condition.some(({ tag }) => tag === String(version));
}
