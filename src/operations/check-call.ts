import { type AccessRequirement, checkRequirement } from "../access/requirement.ts";
import { checkObject } from "../checks.ts";
import type { VerifyRequest } from "../model.ts";

/** What a call asks for, read once: the caller may use its object again while a store answers. */
export interface Asked {
  readonly api: string;
  readonly method: string;
  readonly address: string | undefined;
  readonly cost: number;
  /** `undefined`: nothing but the method, as with most calls. */
  readonly requires: AccessRequirement | undefined;
}

/** Throws what the host's own code got wrong about the call. */
export function checkCall(request: VerifyRequest): Asked {
  checkObject(request, "request");
  const { api, method, address, cost = 1, level, permits } = request;
  if (typeof api !== "string") throw new TypeError("request.api must be a string");
  if (typeof method !== "string") throw new TypeError("request.method must be a string");
  if (address !== undefined && typeof address !== "string")
    throw new TypeError("request.address must be a string");
  if (typeof cost !== "number") throw new TypeError("request.cost must be a number");
  if (!Number.isSafeInteger(cost) || cost < 1)
    throw new RangeError("request.cost must be a whole number, at least 1");
  const isPlain = level === undefined && permits === undefined;
  const requires = isPlain ? undefined : checkRequirement({ level, permits }, "request");
  return { api, method, address, cost, requires };
}
