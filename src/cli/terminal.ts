/** Where a command writes to. */
export interface Output {
  readonly isTerminal: boolean;
  /** Characters in a line; `Infinity` where it is no terminal. */
  columns(): number;
  /** `false`: nobody reads it any more (a broken pipe). Rejects for any other failure. */
  write(text: string): Promise<boolean>;
}

/** Where a command reads from. */
export interface Input {
  readonly isTerminal: boolean;
  /** All of it, or `undefined` where it is longer than `most` characters. */
  readAll(most: number): Promise<string | undefined>;
  /** One line that a person types, not shown where it is hidden; `undefined` at the end of the input. */
  readLine(reading: { readonly isHidden: boolean }): Promise<string | undefined>;
}

/** All that a command has of the world outside, but for the host's configuration. */
export interface Terminal {
  readonly input: Input;
  readonly out: Output;
  readonly err: Output;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The working folder, absolute. */
  readonly folder: string;
  /** Milliseconds since 1970 (UTC). */
  now(): number;
  /** Rejects when the person interrupts. */
  sleep(ms: number): Promise<void>;
  /** Is aborted when the person interrupts (SIGINT), or the process is told to end (SIGTERM). */
  readonly interrupted: AbortSignal;
  /** Is aborted, with the error as its reason, when one of the host's parts throws where nobody catches it. */
  readonly crashed: AbortSignal;
}

/** Whether an output is a terminal that obeys escape sequences. */
export function obeysEscapes({ environment }: Terminal, output: Output): boolean {
  return output.isTerminal && environment.TERM !== "dumb";
}

/** Whether what is written to an output may be coloured (https://no-color.org). */
export function hasColours(terminal: Terminal, output: Output): boolean {
  const { NO_COLOR: noColour = "" } = terminal.environment;
  return obeysEscapes(terminal, output) && noColour === "";
}
