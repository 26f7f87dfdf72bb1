import { TokenryError } from "../errors.ts";
import { CommandError } from "./command-error.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { HINTS } from "./hints.ts";
import { shown, shownLines } from "./shown.ts";

/** What is said of a failure, and what the process ends with. */
export interface Failure {
  readonly exitCode: ExitCode;
  readonly lines: readonly string[];
}

const MOST_CAUSES = 5;
const MIGRATE = "tokenry migrate makes the tables that are missing.";

/** Codes by which Node and its drivers say that a server is not there. */
const OUT_OF_REACH: ReadonlySet<unknown> = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "PROTOCOL_CONNECTION_LOST",
]);

/** An error in words: what, because of what, and what to do next. A stack only when it is asked for; a secret never. */
export function describeFailure(error: unknown, isVerbose: boolean): Failure {
  const { exitCode, head, next } = summary(error);
  const causes = causesOf(error).map((cause) => `  because: ${messageOf(cause)}`);
  const stack =
    isVerbose && error instanceof Error ? shownLines(error.stack ?? "").map((l) => `  ${l}`) : [];
  return {
    exitCode,
    lines: [
      `tokenry: ${head}`,
      ...causes,
      ...(next === undefined ? [] : [`  next: ${shown(next)}`]),
      ...stack,
    ],
  };
}

/** An error's message in one line that may be shown, or what else tells it. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return shown(String(error));
  // What Node throws after it has tried several addresses has no message of its own.
  const message = error.message === "" && "code" in error ? String(error.code) : error.message;
  return shown(message === "" ? error.name : message);
}

/** Every reason of a failure, in one line. */
export function reasonOf(error: unknown): string {
  const [last] = causesOf(error).slice(-1);
  return last === undefined ? messageOf(error) : `${messageOf(error)} (${messageOf(last)})`;
}

function summary(error: unknown): {
  readonly exitCode: ExitCode;
  readonly head: string;
  readonly next: string | undefined;
} {
  if (error instanceof CommandError)
    return { exitCode: error.exitCode, head: messageOf(error), next: error.next };
  if (error instanceof TokenryError) {
    const exitCode = error.code === "unavailable" ? EXIT.unavailable : EXIT.failed;
    const next = lacksTables(error) ? MIGRATE : HINTS[error.code];
    return { exitCode, head: `${error.code}: ${messageOf(error)}`, next };
  }
  const missing = missingPackage(error);
  if (missing !== undefined)
    return { exitCode: EXIT.failed, head: messageOf(error), next: `npm install ${missing}` };
  if (isOutOfReach(error))
    return { exitCode: EXIT.unavailable, head: messageOf(error), next: HINTS.unavailable };
  return {
    exitCode: EXIT.failed,
    head: messageOf(error),
    next: "--verbose shows where it comes from.",
  };
}

function causesOf(error: unknown): readonly unknown[] {
  const causes: unknown[] = [];
  for (let each = error; each instanceof Error && causes.length < MOST_CAUSES; ) {
    const { cause } = each;
    if (cause === undefined || causes.includes(cause)) break;
    causes.push(cause);
    each = cause;
  }
  return causes;
}

/** By what SQLite, PostgreSQL, MySQL and MariaDB say. */
function lacksTables(error: unknown): boolean {
  return causesOf(error).some((cause) =>
    /no such table|relation .* does not exist|table .* doesn't exist/i.test(messageOf(cause)),
  );
}

function isOutOfReach(error: unknown): boolean {
  return [error, ...causesOf(error)].some(
    (each) => each instanceof Error && "code" in each && OUT_OF_REACH.has(each.code),
  );
}

/** The package that an import did not find, by Node's message. */
function missingPackage(error: unknown): string | undefined {
  if (!(error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND"))
    return undefined;
  return /package '((?:@[\w.-]+\/)?[\w.-]+)'/.exec(error.message)?.[1];
}
