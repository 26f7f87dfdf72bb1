import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { serverAccount, temporaryFolder } from "./account.ts";
import { guard, release } from "./guard.ts";
import { HOST, onFreePort } from "./ports.ts";
import { familyOf, freeze, isRunning, killFamily, signal } from "./processes.ts";

const POLL_MS = 15;
const START_MS = 30_000;
const STOP_MS = 20_000;

/** A server of a test's own, on a loopback address and with its data in a temporary folder. It ends with the process that started it. */
export interface TestServer extends AsyncDisposable {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** SIGKILL to all its processes at once; resolves when they are gone. */
  kill(): Promise<void>;
  /** Asks it to end in good order, which ends its clients' connections; resolves when it has. */
  stop(): Promise<void>;
  /** SIGSTOP to all its processes: it is silent, and its connections stay open. */
  pause(): void;
  /** SIGCONT, after `pause()`. */
  resume(): void;
  /** Starts it on the same port and data, and stops it before if it runs; resolves when it answers. */
  restart(): Promise<void>;
}

export interface ServerOptions {
  /** Added to the command line: of two that say the same, the last counts. */
  readonly args?: readonly string[];
}

/** A program and its arguments. */
export type Command = readonly [file: string, ...args: string[]];

/** What differs between one kind of server and another. */
export interface ServerKind {
  readonly name: string;
  /** Where it listens. Default 127.0.0.1. */
  readonly host?: string;
  /** The signal that asks for an orderly end, at once. */
  readonly stopSignal: NodeJS.Signals;
  /** Files that a server leaves behind when it is killed, and that could keep it from starting. */
  readonly leftovers: readonly string[];
  /** Makes the data in an empty folder that belongs to the server's account. */
  create(folder: string): Promise<void>;
  command(folder: string, port: number): Command;
  url(port: number): string;
  /** Asks the server something. Rejects as long as it cannot answer. */
  ask(url: string): Promise<void>;
}

/** Starts a server with new, empty data. */
export async function startServer(kind: ServerKind): Promise<TestServer> {
  const folder = temporaryFolder(kind.name);
  await kind.create(folder);
  return onFreePort(async (port) => {
    const server = new FolderServer(kind, folder, port);
    await server.restart();
    return server;
  });
}

/** Runs a program to its end, as the servers' account. Throws what it printed when it fails. */
export async function run([file, ...args]: Command): Promise<void> {
  const child = spawn(file, args, { ...spawnOptions(), stdio: ["ignore", "pipe", "pipe"] });
  let printed = "";
  for (const output of [child.stdout, child.stderr]) {
    output.setEncoding("utf8").on("data", (text: string) => {
      printed += text;
    });
  }
  guardWhileItRuns(child);
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject).once("close", resolve);
  });
  if (status !== 0) throw new Error(`${file} failed:\n${printed}`);
}

function guardWhileItRuns(child: ChildProcess): void {
  const { pid } = child;
  // There is none where there is no such program, which an event tells.
  if (pid === undefined) return;
  guard({ process: pid });
  child.once("exit", () => release({ process: pid }));
}

/** Errors are told apart by their English words. In a session of their own, a Ctrl-C reaches the tests only, which then stop the servers. */
function spawnOptions(): { env: NodeJS.ProcessEnv; detached: boolean; uid?: number; gid?: number } {
  return { env: { ...process.env, LC_ALL: "C" }, detached: true, ...serverAccount() };
}

class FolderServer implements TestServer {
  readonly host: string;
  readonly url: string;
  readonly port: number;
  readonly #kind: ServerKind;
  readonly #folder: string;
  #child: ChildProcess | undefined;

  constructor(kind: ServerKind, folder: string, port: number) {
    this.host = kind.host ?? HOST;
    this.url = kind.url(port);
    this.port = port;
    this.#kind = kind;
    this.#folder = folder;
  }

  async kill(): Promise<void> {
    if (this.#pid === undefined) return;
    const family = killFamily(this.#pid);
    await until(() => this.#pid === undefined && !family.some(isRunning));
  }

  async stop(): Promise<void> {
    if (this.#pid === undefined) return;
    const family = familyOf(this.#pid);
    this.resume();
    signal([this.#pid], this.#kind.stopSignal);
    await until(() => this.#pid === undefined && !family.some(isRunning));
  }

  pause(): void {
    if (this.#pid !== undefined) freeze(this.#pid);
  }

  resume(): void {
    if (this.#pid !== undefined) signal(familyOf(this.#pid), "SIGCONT");
  }

  async restart(): Promise<void> {
    await this.stop();
    for (const file of this.#kind.leftovers) rmSync(join(this.#folder, file), { force: true });
    this.#spawn();
    await this.#answer();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
    release({ folder: this.#folder });
  }

  /** Of the process that runs now. */
  get #pid(): number | undefined {
    const child = this.#child;
    return child?.exitCode === null && child.signalCode === null ? child.pid : undefined;
  }

  #spawn(): void {
    const [file, ...args] = this.#kind.command(this.#folder, this.port);
    const log = openSync(join(this.#folder, "server.log"), "w");
    const child = spawn(file, args, { ...spawnOptions(), stdio: ["ignore", log, log] });
    closeSync(log);
    this.#child = child;
    // Without a process there is no `pid`, which is how it is noticed.
    child.once("error", () => undefined);
    guardWhileItRuns(child);
    child.unref();
  }

  async #answer(): Promise<void> {
    const deadline = performance.now() + START_MS;
    for (;;) {
      if (this.#pid === undefined) throw new Error(this.#report("ended while it started"));
      try {
        await this.#kind.ask(this.url);
        return;
      } catch (cause) {
        if (performance.now() > deadline) throw new Error(this.#report("is silent"), { cause });
      }
      await sleep(POLL_MS);
    }
  }

  #report(what: string): string {
    const log = readFileSync(join(this.#folder, "server.log"), "utf8");
    return `${this.#kind.name} ${what}:\n${log.slice(-4000)}`;
  }
}

async function until(isGone: () => boolean): Promise<void> {
  const deadline = performance.now() + STOP_MS;
  while (!isGone()) {
    if (performance.now() > deadline) throw new Error("a server has not ended in time");
    await sleep(POLL_MS);
  }
}
