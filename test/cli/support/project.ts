import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const NODE = resolve("node_modules/.bin/node");
const MAIN = resolve("src/cli/main.ts");

const MANIFEST = {
  name: "tokenry",
  type: "module",
  exports: {
    ".": "./src/index.ts",
    "./cli": "./src/cli/index.ts",
    "./sql": "./src/storage/sql/index.ts",
  },
};

const CONFIG = `import { Kysely } from "kysely";
import { createTokenry, manySliding, primaryBackup } from "tokenry";
import { defineConfig } from "tokenry/cli";
import { nodeSqliteDialect, sqlRepository } from "tokenry/sql";

const path: string = process.env.TOKENS_FILE ?? "tokens.sqlite";
const db = new Kysely<object>({ dialect: nodeSqliteDialect(path) });

export default defineConfig({
  tokens: () =>
    createTokenry({
      kinds: {
        service: manySliding({ prefix: "acme_svc" }),
        web: primaryBackup({ prefix: "acme_web", confirmRotation: false }),
      },
      apis: { orders: { limit: 600, window: { minutes: 1 } } },
      directory: {
        find(id: string) {
          if (id !== "nobody") return { id, account: "acme", active: true };
          process.stderr.write("asked\\n");
          return new Promise(() => {});
        },
      },
      repository: sqlRepository({ db }),
    }),
  database: db,
  async close() {
    await db.destroy();
    if (process.argv.includes("nobody")) process.stderr.write("closed\\n");
  },
});
`;

/** What a process ended with. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A host's folder with a configuration, where tokenry and Kysely are installed. */
export interface Project {
  readonly folder: string;
  /** Runs the program; `input` comes by a pipe. */
  tokenry(args: readonly string[], input?: string): Promise<Ended>;
  /** Runs a line of a shell in which `tokenry` is the program. */
  shell(line: string): Promise<Ended>;
  /** Runs the program, and interrupts it when it has asked the directory, which does not answer. */
  interrupted(args: readonly string[]): Promise<Ended>;
  /** Runs the program at a pseudo-terminal (util-linux), where a person types. */
  atTerminal(args: readonly string[], typed: string): Promise<Ended>;
  remove(): void;
}

/** Whether there is what makes a pseudo-terminal. */
export const HAS_SCRIPT: boolean = /util-linux/.test(
  spawnSync("script", ["--version"], { encoding: "utf8" }).stdout ?? "",
);

/** Makes the folder. The package's name leads to src/, which Node runs as it is: a link out of node_modules counts as where it leads. */
export function makeProject(): Project {
  const folder = mkdtempSync(join(tmpdir(), "tokenry-cli-"));
  const installed = join(folder, "node_modules", "tokenry");
  mkdirSync(installed, { recursive: true });
  symlinkSync(resolve("src"), join(installed, "src"));
  symlinkSync(resolve("node_modules/kysely"), join(folder, "node_modules", "kysely"));
  writeFileSync(join(installed, "package.json"), JSON.stringify(MANIFEST));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  writeFileSync(join(folder, "tokenry.config.ts"), CONFIG);
  const program = `'${NODE}' '${MAIN}'`;
  return {
    folder,
    tokenry: (args, input = "") => ended(folder, [NODE, MAIN, ...args], input),
    shell: (line) => ended(folder, ["bash", "-c", `tokenry() { ${program} "$@"; }; ${line}`], ""),
    interrupted: (args) =>
      ended(folder, [NODE, MAIN, ...args], {
        to: /asked\n$/,
        by: (child) => void child.kill("SIGINT"),
      }),
    atTerminal: (args, typed) =>
      ended(folder, ["script", "-qec", [program, ...args].join(" "), "/dev/null"], {
        to: /: $|\] $/,
        by: (child) => void child.stdin.write(typed),
      }),
    remove: () => rmSync(folder, { recursive: true }),
  };
}

/** What to do once, when a process has written something. */
interface Reaction {
  readonly to: RegExp;
  readonly by: (child: ChildProcessWithoutNullStreams) => void;
}

/** Runs a process to its end: with an input, or at whose input somebody reacts to what it writes. */
function ended(
  cwd: string,
  [command = "", ...args]: readonly string[],
  input: string | Reaction,
): Promise<Ended> {
  const child = spawn(command, args, { cwd, env: { ...process.env, NO_COLOR: "1" } });
  const written = { out: "", err: "" };
  let reaction = typeof input === "string" ? undefined : input;
  const add = (to: keyof typeof written) => (text: string) => {
    written[to] += text;
    if (reaction?.to.test(written[to]) !== true) return;
    reaction.by(child);
    reaction = undefined;
  };
  child.stdin.on("error", () => {});
  child.stdout.setEncoding("utf8").on("data", add("out"));
  child.stderr.setEncoding("utf8").on("data", add("err"));
  if (typeof input === "string") child.stdin.end(input);
  return new Promise((resolveEnd, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolveEnd({ code, ...written }));
  });
}
