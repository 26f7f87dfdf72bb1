import { checkList, checkOneOf } from "../checks.ts";
import type { Owner, VerifyRequest } from "../model.ts";
import { type AccessQuestion, decideAccess } from "./decide.ts";

/** What a call needs besides its method. */
export type AccessRequirement<Profile = unknown> = Pick<
  VerifyRequest<string, Profile>,
  "level" | "permits"
>;

/** Who may make the call, so far. */
export interface Candidate extends Omit<AccessQuestion, "method" | "owner"> {
  readonly owner: Owner;
}

/** Checks and copies a requirement. @throws TypeError or RangeError that names the path. */
export function checkRequirement<Profile>(
  { level, permits }: AccessRequirement<Profile>,
  path: string,
): AccessRequirement<Profile> {
  if (permits !== undefined && typeof permits !== "function")
    throw new TypeError(`${path}.permits must be a function`);
  return { level: level === undefined ? undefined : checkLevel(level, `${path}.level`), permits };
}

function checkLevel(level: unknown, path: string): AccessRequirement["level"] {
  if (!Array.isArray(level)) return checkOneOf(level, ["read", "full"] as const, path);
  const methods = checkList<unknown>(level, path);
  if (methods.length === 0) throw new RangeError(`${path} must not be empty`);
  return methods.map((method) => {
    if (typeof method === "string") return method;
    throw new TypeError(`${path} must hold methods as text`);
  });
}

/**
 * Whether a token and its owner have what a call needs besides its method: every method of the level, and the host's own permission.
 *
 * @throws TypeError for a predicate that does not answer with true or false: a promise, say, is no permission.
 */
export function meetsRequirement(
  { level, permits }: AccessRequirement,
  candidate: Candidate,
): boolean {
  if (level !== undefined) {
    for (const method of methodsOf(level, candidate.apiMethods))
      if (!decideAccess({ ...candidate, method })) return false;
  }
  return isPermitted(permits, candidate.owner);
}

/**
 * The host's own permission, where it is asked for.
 *
 * @throws TypeError for a predicate that does not answer with true or false.
 */
export function isPermitted<Profile>(
  permits: AccessRequirement<Profile>["permits"],
  owner: Owner<Profile>,
): boolean {
  if (permits === undefined) return true;
  const answer: unknown = permits(owner);
  if (typeof answer === "boolean") return answer;
  // Nobody waits for a promise: that it rejects later must not end the process.
  Promise.resolve(answer).catch(() => {});
  throw new TypeError("request.permits must answer with true or false, at once");
}

function methodsOf(
  level: NonNullable<AccessRequirement["level"]>,
  apiMethods: ReadonlySet<string>,
): Iterable<string> {
  if (level === "full") return apiMethods;
  return level === "read" ? ["GET"] : level;
}
