import { type AccessRequirement, checkRequirement } from "../access/requirement.ts";
import { checkKeys } from "../checks.ts";
import { atOnce } from "./at-once.ts";

/** What a route needs besides a token for its API and method. */
export interface Requirement<Request = unknown, Profile = unknown>
  extends AccessRequirement<Profile> {
  /** How many calls one request counts for; whole, at least 1. Default 1. Source: CORE-60. */
  readonly cost?: number | ((request: Request) => number);
}

/** The API that a route belongs to: its name, or what finds it. A request that belongs to none is refused (AP-5). */
export type ApiOf<Request, ApiName extends string> =
  | ApiName
  | ((request: Request) => ApiName | undefined);

/** A route after its checks. */
export interface Route<Request, Profile> {
  readonly api: (request: Request) => string;
  readonly cost: ((request: Request) => number) | number;
  readonly requirement: AccessRequirement<Profile>;
}

const KEYS: ReadonlySet<string> = new Set(["level", "cost", "permits"]);

/** No API has this name: who calls it is told apart (401 or 403), and refused. */
const NO_API = "";

/** Checks what a route was protected with, when it is, so that a mistake shows at the start and not at the first call. */
export function resolveRoute<Request, Profile, ApiName extends string>(
  api: ApiOf<Request, ApiName>,
  requirement: Requirement<Request, Profile>,
): Route<Request, Profile> {
  checkKeys(requirement, KEYS, "requirement");
  const { cost = 1 } = requirement;
  if (typeof api !== "string" && typeof api !== "function")
    throw new TypeError("api must be the name of an API, or a function that gives one");
  if (typeof cost !== "number" && typeof cost !== "function")
    throw new TypeError("requirement.cost must be a number or a function");
  if (typeof cost === "number" && !(Number.isSafeInteger(cost) && cost >= 1))
    throw new RangeError("requirement.cost must be a whole number, at least 1");
  return {
    api: typeof api === "string" ? () => api : (request) => atOnce(api(request)) ?? NO_API,
    cost: typeof cost === "number" ? cost : (request) => atOnce(cost(request)),
    requirement: checkRequirement(requirement, "requirement"),
  };
}
