import { stripVTControlCharacters } from "node:util";
import { type CommandDef, renderUsage, runCommand } from "citty";
import { wrongUse } from "./command-error.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { asError, describeFailure } from "./failure.ts";
import type { LoadConfig } from "./load-config.ts";
import { program } from "./program.ts";
import type { Session } from "./session.ts";
import { holdsSecret, shown } from "./shown.ts";
import { hasColours, type Output, type Terminal } from "./terminal.ts";

/** What the program itself needs to know. */
export interface Installation {
  readonly version: string;
  readonly load: LoadConfig;
}

/** How long the host's parts may take to close. A pool that waits for a database out of reach closes never. */
const CLOSE_WITHIN_MS = 5000;
/** The same where all went well: uses and notices may still be on their way. */
const CLOSE_WELL_WITHIN_MS = 30_000;
const MAY_BE_DONE =
  "tokenry: Interrupted. What was begun may be done: see tokenry list OWNER or tokenry events ACCOUNT before you repeat it.\n";

/**
 * Runs one command line, and closes what it opened. Never rejects: what fails is told on the terminal's second output.
 *
 * @example
 * process.exitCode = await run(process.argv.slice(2), nodeTerminal(), { version: "1.0.0", load: loadConfig });
 */
export async function run(
  args: readonly string[],
  terminal: Terminal,
  { version, load }: Installation,
): Promise<ExitCode> {
  const sessions: Session[] = [];
  const opened = (session: Session): void => void sessions.push(session);
  const root = program(version, { terminal, load, opened });
  const isVerbose = args.includes("--verbose");
  const ending = await ended(isVerbose, terminal, () => perform(args, root, version, terminal));
  const isLeft = terminal.interrupted.aborted || terminal.crashed.aborted;
  if (isLeft && ending !== EXIT.done && sessions.some(({ isChanging }) => isChanging))
    await terminal.err.write(MAY_BE_DONE).catch(() => false);
  const closing = await ended(isVerbose, terminal, async () => {
    const within = ending === EXIT.done ? CLOSE_WELL_WITHIN_MS : CLOSE_WITHIN_MS;
    await inTime(Promise.all(sessions.map((session) => session.close())), within);
    return EXIT.done;
  });
  if (terminal.interrupted.aborted) return EXIT.interrupted;
  return ending === EXIT.done ? closing : ending;
}

/** The exit code of a work, which is left where it is when the person interrupts. */
async function ended(
  isVerbose: boolean,
  terminal: Terminal,
  work: () => Promise<ExitCode>,
): Promise<ExitCode> {
  const wasInterrupted = terminal.interrupted.aborted;
  const working = Promise.race([work(), crash(terminal)]).catch(async (error: unknown) => {
    // What fails because it was interrupted is no failure to tell of.
    if (terminal.interrupted.aborted) return EXIT.interrupted;
    const { exitCode, lines } = describeFailure(error, isVerbose);
    await terminal.err.write(`${lines.join("\n")}\n`).catch(() => false);
    return exitCode;
  });
  return wasInterrupted ? working : Promise.race([working, interruption(terminal)]);
}

function interruption({ interrupted }: Terminal): Promise<ExitCode> {
  return new Promise((resolve) => {
    interrupted.addEventListener("abort", () => resolve(EXIT.interrupted), { once: true });
  });
}

/** What reaches nobody ends the command: what it waits for may be what failed. */
function crash({ crashed }: Terminal): Promise<never> {
  return new Promise((_, reject) => {
    crashed.addEventListener("abort", () => reject(asError(crashed.reason)), { once: true });
  });
}

/** Waits for no longer than so many milliseconds. */
async function inTime(closing: Promise<unknown>, ms: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const enough = new Promise((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([closing, enough]);
  clearTimeout(timer);
}

async function perform(
  args: readonly string[],
  root: CommandDef,
  version: string,
  terminal: Terminal,
): Promise<ExitCode> {
  const [first, ...others] = args;
  if (args.some(holdsSecret))
    throw wrongUse(
      "An argument holds a secret. Nothing takes one there: the shell keeps what was typed, and other processes see it.",
      "To end its token: tokenry list OWNER, then tokenry revoke ID. To look at a secret, give it to tokenry check by its input.",
    );
  if (first === "--version" || first === "-v") {
    await terminal.out.write(`${version}\n`);
    return EXIT.done;
  }
  const asksHelp = first === "help" || beforeDashes(args).some((arg) => HELP.has(arg));
  const found = await findCommand(root, first === "help" ? others : args);
  if (found.unknown !== undefined) throw unknownCommand(found.unknown);
  if (asksHelp) return usage(found, terminal.out, terminal);
  if (found.command.subCommands !== undefined) {
    await usage(found, terminal.err, terminal);
    return EXIT.wrongUse;
  }
  return runFound(found);
}

const HELP: ReadonlySet<string> = new Set(["--help", "-h"]);

function beforeDashes(args: readonly string[]): readonly string[] {
  const end = args.indexOf("--");
  return end < 0 ? args : args.slice(0, end);
}

/** A command, the names of those that it belongs to, and the arguments that are its own. */
interface Found {
  readonly command: CommandDef;
  readonly parents: readonly string[];
  readonly rest: readonly string[];
  /** What stands where the name of a command should. */
  readonly unknown: string | undefined;
}

async function findCommand(root: CommandDef, args: readonly string[]): Promise<Found> {
  let found: Found = { command: root, parents: [], rest: args, unknown: undefined };
  let path: readonly string[] = ["tokenry"];
  for (;;) {
    const { command, rest } = found;
    // A cast, as all of them are given as they are, and citty would take functions too.
    const commands = command.subCommands as Readonly<Record<string, CommandDef>> | undefined;
    const [name, ...others] = rest;
    if (commands === undefined || name === undefined || HELP.has(name)) return found;
    const next = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (next === undefined) return { ...found, unknown: name };
    found = { command: next, parents: path, rest: others, unknown: undefined };
    path = [...path, name];
  }
}

function unknownCommand(name: string): Error {
  return name.startsWith("-")
    ? wrongUse("Options come after the command.", "tokenry --help shows the commands.")
    : wrongUse(`There is no command ${shown(name)}.`, "tokenry --help shows the commands.");
}

async function usage(
  { command, parents }: Found,
  output: Output,
  terminal: Terminal,
): Promise<ExitCode> {
  // citty shows the name of one parent, which may be that of several.
  const parent = { meta: { name: parents.join(" ") } };
  const padded = await renderUsage(command, parent);
  const text = padded.replace(/ +$/gm, "");
  const colours = hasColours(terminal, output);
  await output.write(`${colours ? text : stripVTControlCharacters(text)}\n`);
  return EXIT.done;
}

async function runFound({ command, rest }: Found): Promise<ExitCode> {
  try {
    const { result } = await runCommand(command, { rawArgs: [...rest] });
    // A cast, as citty does not tell what its commands answer: ours answer an exit code or nothing.
    return (result as ExitCode | undefined) ?? EXIT.done;
  } catch (error) {
    // What citty itself refuses; the class is not one of its exports.
    if (error instanceof Error && error.name === "CLIError")
      throw wrongUse(refusalOf(error.message), "--help shows what it takes.");
    throw error;
  }
}

/** What citty says of an argument that is not there, in the words of this program. */
function refusalOf(message: string): string {
  const [, name] = /positional argument: ([\w-]+)/.exec(message) ?? [];
  return name === undefined ? `${shown(message)}.` : `<${name.toLowerCase()}> is missing.`;
}
