import { inspect } from "node:util";
import { FAILURES, TokenryError } from "../../src/index.ts";

/**
 * What is wrong with an error that a caller gets, if anything: it must be a TokenryError with a code of the table, or a TypeError or
 * RangeError that names a path. What an engine says of itself ("Cannot read properties of undefined") names nothing.
 */
export function faultOf(error: unknown, path: RegExp): string | undefined {
  if (error instanceof TokenryError) {
    return Object.hasOwn(FAILURES, error.code) ? undefined : `there is no code ${error.code}`;
  }
  const isNamed = error instanceof TypeError || error instanceof RangeError;
  if (!isNamed) return `no named error: ${inspect(error).slice(0, 300)}`;
  return path.test(error.message) ? undefined : `names no path: ${error.message.slice(0, 300)}`;
}

/** All that can be read of an error: its message, its stack, its fields and those of its causes. */
export function readable(error: unknown): string {
  const causes: unknown[] = [];
  for (let cause = error; cause !== undefined && causes.length < 10; ) {
    causes.push(cause);
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  const texts = causes.map((cause) =>
    cause instanceof Error
      ? `${cause.message}\n${cause.stack}\n${JSON.stringify(cause)}`
      : String(cause),
  );
  return [inspect(error, { depth: 10, showHidden: true, maxStringLength: 1000 }), ...texts].join(
    "\n",
  );
}
