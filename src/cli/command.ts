import { type CommandDef, defineCommand } from "citty";
import type { ExitCode } from "./exit-codes.ts";
import { asError } from "./failure.ts";
import type { LoadConfig } from "./load-config.ts";
import { cittyArgs, type Options, type Positional, Values, VERBOSE_OPTION } from "./options.ts";
import { Session } from "./session.ts";
import type { Terminal } from "./terminal.ts";

/** What a command is. */
export interface Command {
  readonly name: string;
  readonly description: string;
  readonly positionals?: readonly Positional[];
  readonly options?: Options;
  /** Throws for what it cannot do; answers nothing where it is done. */
  readonly run: (session: Session) => Promise<void> | Promise<ExitCode>;
}

/** A command of commands. */
export interface Group {
  readonly name: string;
  readonly description: string;
  readonly commands: readonly Command[];
}

/** What a command runs in. */
export interface Surroundings {
  readonly terminal: Terminal;
  readonly load: LoadConfig;
  /** Is told of the session before the command begins, so that it is closed however the command ends. */
  readonly opened: (session: Session) => void;
}

/** A command as citty runs it and shows its usage. */
export function cittyCommand(command: Command, around: Surroundings): CommandDef {
  const { name, description, positionals = [], run } = command;
  const options = { ...command.options, ...VERBOSE_OPTION };
  return defineCommand({
    meta: { name, description },
    args: cittyArgs(positionals, options),
    run: async ({ rawArgs }) => {
      const values = new Values(rawArgs, positionals, options);
      const session = new Session(around.terminal, values, around.load);
      around.opened(session);
      try {
        return await run(session);
      } catch (thrown) {
        // citty goes on where what was thrown is `undefined`.
        throw asError(thrown);
      }
    },
  });
}
