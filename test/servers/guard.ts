import { spawn } from "node:child_process";
import type { Socket } from "node:net";
import { fileURLToPath } from "node:url";

/** What must not outlive this process: a server's first process, by its id, or a folder, by its path. */
export type Guarded =
  | { readonly process: number; readonly folder?: never }
  | { readonly folder: string; readonly process?: never };

let watchdog: Socket | undefined;

/** Sees to it that this is killed or removed when this process ends, even by SIGKILL. */
export function guard(target: Guarded): void {
  tell("guard", target);
}

/** It has been ended or removed: its process id may soon be another's. */
export function release(target: Guarded): void {
  tell("release", target);
}

function tell(verb: string, { process, folder }: Guarded): void {
  watchdog ??= startWatchdog();
  watchdog.write(`${verb} ${folder === undefined ? `process ${process}` : `folder ${folder}`}\n`);
}

/** A process of its own, which reads until this one's end of the pipe is closed: the system does that, whatever this process dies of. */
function startWatchdog(): Socket {
  const child = spawn(process.execPath, [fileURLToPath(new URL("watchdog.ts", import.meta.url))], {
    detached: true,
    stdio: ["pipe", "ignore", "inherit"],
    // Neither coverage nor a debugger of the tests is meant for it.
    env: { PATH: process.env.PATH },
  });
  child.unref();
  // Node's pipes to children are sockets, though typed as mere streams.
  const input = child.stdin as Socket;
  input.unref();
  return input;
}
