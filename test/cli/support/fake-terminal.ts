import type { Terminal } from "../../../src/cli/terminal.ts";
import { START } from "../../support/clock.ts";

/** What a person, or another program, is at the other end of a fake terminal. */
export interface FakeOptions {
  /** What comes by a pipe; without it there is a person at a terminal. */
  readonly piped?: string;
  /** What the person types, line by line. */
  readonly typed?: readonly string[];
  /** Whether the outputs are terminals too. Default: as the input. */
  readonly showsTerminal?: boolean;
  readonly columns?: number;
  readonly environment?: Readonly<Record<string, string>>;
  /** After so many writes nobody reads the output any more. */
  readonly readerLeavesAfter?: number;
  /** Whether nothing can be written to the standard error. */
  readonly isNoteRefused?: boolean;
  readonly now?: () => number;
  /** What happens while a command sleeps. Default: it sleeps for ever. */
  readonly whileAsleep?: () => Promise<void>;
}

/** A terminal in memory. */
export interface FakeTerminal extends Terminal {
  readonly written: { out: string; err: string };
  /** How each line was asked for. */
  readonly readings: { readonly isHidden: boolean }[];
  interrupt(): void;
  /** Something throws where nobody catches it. */
  crash(error: Error): void;
}

/** Makes a terminal in memory. */
export function fakeTerminal(options: FakeOptions = {}): FakeTerminal {
  const {
    piped,
    typed = [],
    columns = 100,
    readerLeavesAfter = Number.POSITIVE_INFINITY,
  } = options;
  const isTerminal = piped === undefined;
  const showsTerminal = options.showsTerminal ?? isTerminal;
  const written = { out: "", err: "" };
  const readings: { readonly isHidden: boolean }[] = [];
  const interruption = new AbortController();
  const crash = new AbortController();
  const lines = [...typed];
  let writes = 0;
  return {
    written,
    readings,
    interrupt: () => interruption.abort(),
    crash: (error) => crash.abort(error),
    input: {
      isTerminal,
      readAll: async (most) => (piped !== undefined && piped.length > most ? undefined : piped),
      async readLine(reading) {
        readings.push(reading);
        return lines.shift();
      },
    },
    out: {
      isTerminal: showsTerminal,
      columns: () => (showsTerminal ? columns : Number.POSITIVE_INFINITY),
      async write(text) {
        writes += 1;
        if (writes > readerLeavesAfter) return false;
        written.out += text;
        return true;
      },
    },
    err: {
      isTerminal: showsTerminal,
      columns: () => columns,
      async write(text) {
        if (options.isNoteRefused === true) throw new Error("ENOSPC: no space left on device");
        written.err += text;
        return true;
      },
    },
    environment: options.environment ?? {},
    folder: "/nowhere",
    now: options.now ?? (() => START),
    sleep: options.whileAsleep ?? (() => new Promise(() => {})),
    interrupted: interruption.signal,
    crashed: crash.signal,
  };
}
