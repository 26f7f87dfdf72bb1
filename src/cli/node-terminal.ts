import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import type { ReadStream, WriteStream } from "node:tty";
import { asError } from "./failure.ts";
import type { Input, Output, Terminal } from "./terminal.ts";

/** What Node says when whoever read a pipe has gone; `EOF` is Windows'. */
const GONE: ReadonlySet<unknown> = new Set(["EPIPE", "EOF", "ERR_STREAM_DESTROYED"]);

/** The terminal of this process. The first SIGINT is told, the second ends the process. Of errors that nobody catches the first is told. */
export function nodeTerminal(): Terminal {
  const interruption = new AbortController();
  const crash = new AbortController();
  const fail = (error: unknown): void => crash.abort(asError(error));
  process.on("uncaughtException", fail);
  process.on("unhandledRejection", fail);
  const interrupt = (): void => interruption.abort();
  process.once("SIGINT", interrupt);
  process.once("SIGTERM", interrupt);
  return {
    input: nodeInput(process.stdin, interrupt),
    out: nodeOutput(process.stdout),
    err: nodeOutput(process.stderr),
    environment: process.env,
    folder: process.cwd(),
    now: Date.now,
    sleep: (ms) => pause(ms, undefined, { signal: interruption.signal }),
    interrupted: interruption.signal,
    crashed: crash.signal,
  };
}

function nodeOutput(stream: WriteStream): Output {
  // The callback of the write tells of it; without a listener the process would end here.
  stream.on("error", () => {});
  return {
    isTerminal: stream.isTTY,
    // A terminal has 0 where nobody has told it how wide it is.
    columns: () => (stream.isTTY && stream.columns > 0 ? stream.columns : Number.POSITIVE_INFINITY),
    write: (text) =>
      new Promise((resolve, reject) => {
        stream.write(text, (error) => {
          if (error == null) resolve(true);
          else if ("code" in error && GONE.has(error.code)) resolve(false);
          else reject(error);
        });
      }),
  };
}

function nodeInput(stream: ReadStream, interrupt: () => void): Input {
  return {
    isTerminal: stream.isTTY,
    async readAll(most) {
      let text = "";
      stream.setEncoding("utf8");
      for await (const chunk of stream) {
        text += String(chunk);
        if (text.length > most) return;
      }
      return text;
    },
    readLine: ({ isHidden }) => readLine(stream, isHidden, interrupt),
  };
}

/** With an output that goes nowhere, readline takes the echo from the terminal and shows nothing of its own. */
function readLine(
  input: ReadStream,
  isHidden: boolean,
  interrupt: () => void,
): Promise<string | undefined> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input, output: nowhere, terminal: isHidden });
  return new Promise((resolve) => {
    // Without the echo, Ctrl-C is a character and no signal.
    lines.once("SIGINT", interrupt);
    lines.once("close", () => resolve(undefined));
    lines.once("line", (line) => {
      resolve(line);
      lines.close();
    });
  });
}
