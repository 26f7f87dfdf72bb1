import { checkObject, checkWhole } from "../checks.ts";

const KEY = /^[0-9a-f]{64}$/i;
const FINGERPRINT = /^[!-~]{1,255}$/;
const LONGEST_RESULT_BYTES = 64 * 1024;

/** What no database may be given: it would refuse or change it. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: this is what is refused.
const UNFIT = /[\u0000\ud800-\udfff]/u;

/** Refuses what is no key. A database that cuts what is too long would take one request for another. */
export function checkRequestKey(key: unknown): string {
  return checkPattern(key, KEY, "key");
}

/** The mark of a request, where it is one that is not over, its key is one, and so is the time. */
export function checkRequest(
  key: unknown,
  mark: unknown,
  now: unknown,
): { readonly fingerprint: string; readonly until: number } {
  checkRequestKey(key);
  checkObject(mark, "mark");
  const time = checkWhole(now, 0, Number.MAX_SAFE_INTEGER - 1, "now");
  return {
    fingerprint: checkPattern(mark.fingerprint, FINGERPRINT, "mark.fingerprint"),
    until: checkWhole(mark.until, time + 1, Number.MAX_SAFE_INTEGER, "mark.until"),
  };
}

/** Whose a request is, where that is told. */
export function checkBy(by: unknown): string | undefined {
  return by === undefined ? undefined : checkPattern(by, FINGERPRINT, "mark.by");
}

/** What a request came to, as it can be stored. */
export function checkResult(result: unknown): string {
  if (typeof result !== "string") throw new TypeError("result must be a string");
  // The first look spares the copy of what is too long in any case.
  const isLong =
    result.length > LONGEST_RESULT_BYTES ||
    new TextEncoder().encode(result).length > LONGEST_RESULT_BYTES;
  if (isLong) throw new RangeError(`result must be at most ${LONGEST_RESULT_BYTES} bytes`);
  if (UNFIT.test(result)) throw new RangeError("result must be text without U+0000");
  return result;
}

function checkPattern(value: unknown, pattern: RegExp, path: string): string {
  if (typeof value !== "string") throw new TypeError(`${path} must be a string`);
  if (!pattern.test(value)) throw new RangeError(`${path} must match ${pattern}`);
  return value;
}
