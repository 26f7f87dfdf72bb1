import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { promisify } from "node:util";
import { build } from "esbuild";
import { programOf } from "./binaries.ts";

const run = promisify(execFile);

export type PlatformName = "Bun" | "Deno" | "workerd" | "Next.js";

/** A platform that serves the shop. */
export interface Running {
  /** By the adapter that it is protected with. */
  readonly origins: Readonly<Record<string, string>>;
  readonly stop: () => Promise<void>;
}

/** Starts the programs of a platform in a folder that holds them, on free ports of 127.0.0.1. */
export const START: Readonly<Record<PlatformName, (folder: string) => Promise<Running>>> = {
  Bun: (folder) => start([programOf("Bun"), "--no-install", "bun.ts"], folder, ["fetch", "hono"]),
  // Deno itself holds it to this network: tokenry needs no file, no environment and no other address.
  Deno: (folder) =>
    start(
      [programOf("Deno"), "run", "--no-prompt", "--no-remote", "--allow-net=127.0.0.1", "deno.ts"],
      folder,
      ["fetch", "hono"],
    ),
  async workerd(folder) {
    // As Cloudflare's tools do. On a neutral platform an import of a module of Node's does not resolve.
    await build({
      absWorkingDir: folder,
      entryPoints: ["worker.ts"],
      outfile: "worker.js",
      bundle: true,
      format: "esm",
      platform: "neutral",
      logLevel: "silent",
    });
    const program = [programOf("workerd"), "serve", "worker.capnp", "--control-fd=1"];
    return start(program, folder, ["fetch", "hono"]);
  },
  async "Next.js"(folder) {
    const next = [process.execPath, join(folder, "node_modules/next/dist/bin/next")] as const;
    await run(next[0], [next[1], "build", "next"], { cwd: folder, env: environmentIn(folder) });
    const address = ["-H", "127.0.0.1", "-p", "0"];
    return start([...next, "start", "next", ...address], folder, ["fetch"]);
  },
};

/** Nothing of this machine's settings; nobody is told of anything, and asked for nothing. */
function environmentIn(folder: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    DENO_DIR: join(folder, ".deno"),
    DENO_NO_UPDATE_CHECK: "1",
    DO_NOT_TRACK: "1",
    NEXT_TELEMETRY_DISABLED: "1",
  };
}

async function start(
  [program = "", ...rest]: readonly string[],
  folder: string,
  adapters: readonly string[],
): Promise<Running> {
  const child = spawn(program, rest, {
    cwd: folder,
    env: environmentIn(folder),
    stdio: ["ignore", "pipe", "inherit"],
  });
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill("SIGTERM");
    await exited;
  };
  const origins = await originsOf(child.stdout, adapters);
  if (adapters.every((name) => origins[name] !== undefined)) return { origins, stop };
  await stop();
  throw new Error(`${program} ended before it served`);
}

/** What the lines of a program say of where it serves, in the words of each platform. */
async function originsOf(
  output: Readable,
  adapters: readonly string[],
): Promise<Running["origins"]> {
  const origins: Record<string, string> = {};
  for await (const line of createInterface({ input: output })) {
    const [, adapter, origin] = /^(\w+): (http:\S+)$/.exec(line) ?? [];
    const [, socket, port] = /"socket":"(\w+)","port":(\d+)/.exec(line) ?? [];
    const [, next] = /Local: +(http:\S+)$/.exec(line) ?? [];
    if (adapter !== undefined && origin !== undefined) origins[adapter] = origin;
    if (socket !== undefined) origins[socket] = `http://127.0.0.1:${port}`;
    if (next !== undefined) origins.fetch = next;
    if (adapters.every((name) => origins[name] !== undefined)) break;
  }
  // Whatever else it prints, it shall not wait for a reader.
  output.resume();
  return origins;
}
