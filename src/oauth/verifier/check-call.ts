import { type AccessRequirement, checkRequirement } from "../../access/requirement.ts";
import { checkObject } from "../../checks.ts";
import type { AccessTokenRequest, Presentation } from "../../http/access-tokens.ts";

/** What a call asks for, after its checks. */
export interface AskedCall {
  readonly api: string;
  readonly method: string;
  readonly cost: number;
  readonly requires: AccessRequirement | undefined;
  readonly presented: Presentation | undefined;
}

/** Throws what the host's own code got wrong about the call. */
export function checkAccessTokenCall(request: AccessTokenRequest): AskedCall {
  checkObject(request, "request");
  const { api, method, cost = 1, level, permits, presented } = request;
  if (typeof api !== "string") throw new TypeError("request.api must be a string");
  if (typeof method !== "string") throw new TypeError("request.method must be a string");
  if (typeof cost !== "number") throw new TypeError("request.cost must be a number");
  if (!Number.isSafeInteger(cost) || cost < 1)
    throw new RangeError("request.cost must be a whole number, at least 1");
  const isPlain = level === undefined && permits === undefined;
  const requires = isPlain ? undefined : checkRequirement({ level, permits }, "request");
  return { api, method, cost, requires, presented };
}
