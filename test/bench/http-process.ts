import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { GuardName } from "./http-guard.ts";

/** What a server says first. */
export interface Listening {
  readonly port: number;
  /** What it lets through. */
  readonly secrets: readonly string[];
}

/** What a server says when asked. */
export interface Used {
  /** Microseconds of CPU time, of all of its threads, since it started. */
  readonly cpuUs: number;
  /** Bytes. */
  readonly heapUsed: number;
  readonly rss: number;
  /** What 99 of 100 turns of its event loop came late by at most, in nanoseconds, since the last time it was asked. */
  readonly delayNs: number;
  /** What keeps it alive, by sort. */
  readonly handles: readonly string[];
}

/** A server in a process of its own. */
export interface ServerProcess extends Listening, Disposable {
  /** What it has used until now. */
  used(): Promise<Used>;
}

/** Starts `http-server.ts`. */
export async function startServer(
  framework: string,
  guard: GuardName,
  flags: readonly string[] = [],
): Promise<ServerProcess> {
  const child = fork(new URL("http-server.ts", import.meta.url), [framework, guard], {
    execArgv: [...flags],
    env: { ...process.env, NODE_ENV: "production" },
  });
  // Casts: http-server.ts says this first, and nothing but the other thing later.
  const listening = (await next(child)) as Listening;
  return {
    ...listening,
    async used() {
      const told = next(child);
      child.send("used");
      return (await told) as Used;
    },
    [Symbol.dispose]: () => void child.kill(),
  };
}

/** The next message of a process. Rejects when there will be none. */
async function next(child: ChildProcess): Promise<unknown> {
  const over = new AbortController();
  const { signal } = over;
  try {
    return await Promise.race([
      once(child, "message", { signal }).then(([message]) => message),
      once(child, "exit", { signal }).then(() => {
        throw new Error("a server has failed");
      }),
    ]);
  } finally {
    over.abort();
  }
}
