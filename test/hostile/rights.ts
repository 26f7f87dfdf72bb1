/** Whether a value may rightly be passed. */
export type Check = (value: unknown) => boolean;

export const never: Check = () => false;
export const isAbsent: Check = (value) => value === undefined;
export const isAnyText: Check = (value) => typeof value === "string";
export const isId: Check = (value) => isText(255)(value) && value !== "SYSTEM";

/** Text of a length that holds nothing that would turn, end or hide a line of a log. */
export function isText(most: number): Check {
  return (value) =>
    typeof value === "string" &&
    value.length > 0 &&
    value.length <= most &&
    !/[\p{Cs}\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u.test(value);
}

export function isWhole(least: number, most: number): Check {
  return (value) => Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
}

/** An object that says nothing, of whatever class. */
export const isEmptyObject: Check = (value) =>
  typeof value === "object" && value !== null && !Array.isArray(value) && isEmpty(value);
export const isEmptyList: Check = (value) => Array.isArray(value) && value.length === 0;

/** A list for all APIs may hold any method. */
export const isMethods: Check = (value) =>
  Array.isArray(value) && value.length === value.filter(isMethod).length;
const isMethod: Check = (value) => typeof value === "string" && /^[\w.-]{1,32}$/.test(value);

function isEmpty(value: object): boolean {
  try {
    return Object.keys(value).length === 0;
  } catch {
    return false;
  }
}

export function either(...checks: readonly Check[]): Check {
  return (value) => checks.some((check) => check(value));
}

export function isNoticeCursor(value: unknown): boolean {
  return typeof value === "string" && /^\d{1,15}\..{1,64}$/su.test(value);
}

export function isZoneName(value: unknown): boolean {
  return typeof value === "string" && /^[\w.-]{1,64}$/.test(value);
}
