import type { TokenryConfig } from "../../../src/cli/config.ts";
import type { ExitCode } from "../../../src/cli/exit-codes.ts";
import { run } from "../../../src/cli/run.ts";
import { createWorld, type World } from "../../support/world.ts";
import { type FakeOptions, type FakeTerminal, fakeTerminal } from "./fake-terminal.ts";

/** What came of a command line. */
export interface Outcome {
  readonly exitCode: ExitCode;
  readonly out: string;
  readonly err: string;
  readonly terminal: FakeTerminal;
  /** What was written, as one JSON document. */
  json(): unknown;
}

/** A command line over a world in memory. */
export interface CommandLine {
  readonly world: World;
  /** How often the host was asked to close its clients. */
  closed(): number;
  /** `held` gets the terminal before the command begins. */
  run(
    args: readonly string[],
    options?: FakeOptions,
    held?: { terminal?: FakeTerminal },
  ): Promise<Outcome>;
}

/** Makes a command line; each run has a node of its own. Nobody is at a terminal unless told. */
export function commandLine(
  config: Partial<TokenryConfig> = {},
  world: World = createWorld(),
): CommandLine {
  let closed = 0;
  const whole: TokenryConfig = {
    tokens: () => world.node(),
    close: () => {
      closed += 1;
    },
    ...config,
  };
  return {
    world,
    closed: () => closed,
    async run(args, options = { piped: "" }, held = {}) {
      const terminal = fakeTerminal(options);
      held.terminal = terminal;
      const exitCode = await run(args, terminal, { version: "1.2.3", load: async () => whole });
      const { out, err } = terminal.written;
      return { exitCode, out, err, terminal, json: () => JSON.parse(out) as unknown };
    },
  };
}
