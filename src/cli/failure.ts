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
const UNKNOWN_NAME = /: there is no (kind|API) /;
const SEE_NAMES = "tokenry doctor names the kinds and APIs.";

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

/** An error in words: what, because of what, and what to do next. Stacks only when they are asked for; a secret never. */
export function describeFailure(error: unknown, isVerbose: boolean): Failure {
  const { exitCode, head, next } = summary(error);
  const causes = causesOf(error);
  const said = messageOf(error);
  const reasons = causes.map(messageOf).filter((message) => message !== said);
  return {
    exitCode,
    lines: [
      `tokenry: ${head}`,
      ...reasons.map((reason) => `  because: ${reason}`),
      ...(next === undefined ? [] : nextLines(next)),
      ...(isVerbose ? [error, ...causes].flatMap(stackOf) : []),
    ],
  };
}

/** What was thrown as an error. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error
    ? thrown
    : new Error(`${String(thrown)} was thrown, which is no error.`);
}

/** What to do next; lines to write stand below each other. */
function nextLines(next: string): readonly string[] {
  return shownLines(next).map((line, index) => `  ${index === 0 ? "next:" : "     "} ${line}`);
}

function stackOf(error: unknown): readonly string[] {
  return error instanceof Error ? shownLines(error.stack ?? "").map((line) => `  ${line}`) : [];
}

/** An error's message in one line that may be shown, or what else tells it. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return shown(String(error));
  // What Node throws after it has tried several addresses has no message of its own.
  const message = error.message === "" && "code" in error ? String(error.code) : error.message;
  return shown(message === "" ? error.name : message);
}

/** A failure and its last reason, in one line. */
export function reasonOf(error: unknown): string {
  const said = messageOf(error);
  const last = messageOf(causesOf(error).at(-1) ?? error);
  return last === said ? said : `${said} (${last})`;
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
    return { exitCode, head: `${error.code}: ${messageOf(error)}`, next: adviceFor(error) };
  }
  const missing = missingPackage(error);
  if (missing !== undefined)
    return { exitCode: EXIT.failed, head: messageOf(error), next: `npm install ${missing}` };
  if (isOutOfReach(error))
    return { exitCode: EXIT.unavailable, head: messageOf(error), next: HINTS.unavailable };
  const next = correctionOf(error) ?? "--verbose shows where it comes from.";
  return { exitCode: EXIT.failed, head: messageOf(error), next };
}

/** What to correct in the configuration, where the error names a path of it. */
export function correctionOf(error: unknown): string | undefined {
  const [path] = error instanceof Error ? (/^config\.\w+/.exec(error.message) ?? []) : [];
  return path === undefined ? undefined : `Correct ${path}.`;
}

function adviceFor(error: TokenryError): string {
  if (lacksTables(error)) return MIGRATE;
  return UNKNOWN_NAME.test(error.message) ? SEE_NAMES : HINTS[error.code];
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

/** Whether a server was not there. */
export function isOutOfReach(error: unknown): boolean {
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
