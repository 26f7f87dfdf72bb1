import { EXIT, type ExitCode } from "./exit-codes.ts";

/** What a command cannot do, and what the person may do next. */
export class CommandError extends Error {
  readonly exitCode: ExitCode;
  readonly next: string | undefined;

  constructor(
    message: string,
    {
      exitCode = EXIT.failed,
      next,
      ...options
    }: { exitCode?: ExitCode; next?: string; cause?: unknown } = {},
  ) {
    super(message, options);
    this.name = "CommandError";
    this.exitCode = exitCode;
    this.next = next;
  }
}

/** What was typed is not understood. */
export function wrongUse(message: string, next?: string): CommandError {
  return new CommandError(message, {
    exitCode: EXIT.wrongUse,
    ...(next === undefined ? {} : { next }),
  });
}
