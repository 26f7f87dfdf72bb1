import { faultOf } from "./named-errors.ts";
import { HOSTILE_VALUES } from "./values.ts";

/** Options come from the host's own code: what throws when it is read is not tried on them. */
const VALUES = HOSTILE_VALUES.filter(({ label }) => !/throw|proxy/.test(label));

export type Check = (value: unknown) => boolean;

export const never: Check = () => false;
export const isBoolean: Check = (value) => typeof value === "boolean";
export const isEmptyList: Check = (value) => Array.isArray(value) && value.length === 0;
export const isFunction: Check = (value) => typeof value === "function";
export const isEmptyObject: Check = (value) =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  Object.keys(value).length === 0;

export function isWhole(least: number, most: number): Check {
  return (value) => Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
}

export function isText(least: number, most: number): Check {
  return (value) =>
    typeof value === "string" &&
    value.length >= least &&
    value.length <= most &&
    !/[\p{Cs}\p{Cc}\u202a-\u202e\u2066-\u2069]/u.test(value);
}

/** Absent, or right. */
export function optional(isRight: Check): Check {
  return (value) => value === undefined || value === null || isRight(value);
}

export function withValue(
  at: unknown,
  [key = "", ...rest]: readonly string[],
  value: unknown,
): unknown {
  const copy = Array.isArray(at) ? [...at] : { ...(at as object) };
  const inner: unknown = Reflect.get(copy, key);
  Reflect.set(copy, key, rest.length === 0 ? value : withValue(inner, rest, value));
  return copy;
}

/** What is wrong with how hostile values were taken, at once or by a promise, if anything. */
export async function faults(
  take: (value: unknown) => unknown,
  isRight: Check,
  path: RegExp,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const { label, make } of VALUES) {
    const value = make();
    try {
      await take(value);
      if (!isRight(value)) found.push(`${label}: was accepted`);
    } catch (error) {
      const fault = faultOf(error, path);
      if (fault !== undefined) found.push(`${label}: ${fault}`);
    }
  }
  return found;
}
