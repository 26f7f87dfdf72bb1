import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

/** The platforms whose program npm has as a package for each system. */
export type Runtime = "Bun" | "Deno" | "workerd";

interface Published {
  /** The package of this system and processor, by Node's names for them: `linux-x64`. */
  readonly packages: Readonly<Record<string, string>>;
  readonly version: string;
  /** Where it has the program, without `.exe`. */
  readonly path: string;
}

const PUBLISHED: Readonly<Record<Runtime, Published>> = {
  Bun: {
    packages: {
      "linux-x64": "@oven/bun-linux-x64",
      "linux-arm64": "@oven/bun-linux-aarch64",
      "linux-x64-musl": "@oven/bun-linux-x64-musl",
      "linux-arm64-musl": "@oven/bun-linux-aarch64-musl",
      "darwin-x64": "@oven/bun-darwin-x64",
      "darwin-arm64": "@oven/bun-darwin-aarch64",
      "win32-x64": "@oven/bun-windows-x64",
      "win32-arm64": "@oven/bun-windows-aarch64",
    },
    version: "1.4.5",
    path: "bin/bun",
  },
  Deno: {
    packages: {
      "linux-x64": "@deno/linux-x64-glibc",
      "linux-arm64": "@deno/linux-arm64-glibc",
      "darwin-x64": "@deno/darwin-x64",
      "darwin-arm64": "@deno/darwin-arm64",
      "win32-x64": "@deno/win32-x64",
      "win32-arm64": "@deno/win32-arm64",
    },
    version: "2.9.6",
    path: "deno",
  },
  workerd: {
    packages: {
      "linux-x64": "@cloudflare/workerd-linux-64",
      "linux-arm64": "@cloudflare/workerd-linux-arm64",
      "darwin-x64": "@cloudflare/workerd-darwin-64",
      "darwin-arm64": "@cloudflare/workerd-darwin-arm64",
      "win32-x64": "@cloudflare/workerd-windows-64",
    },
    version: "1.20261117.1",
    path: "bin/workerd",
  },
};

/** `linux-x64`, `linux-x64-musl`, `darwin-arm64` and so on. */
export const SYSTEM_NAME: string = `${process.platform}-${process.arch}${isMusl() ? "-musl" : ""}`;

function isMusl(): boolean {
  // Node's report has the version of glibc, where that is what runs it. Its type is a plain object.
  const { header } = process.report.getReport() as {
    readonly header: { readonly glibcVersionRuntime?: string };
  };
  return process.platform === "linux" && header.glibcVersionRuntime === undefined;
}

/** Whether the platform is published for this system. */
export function isPublished(runtime: Runtime): boolean {
  return PUBLISHED[runtime].packages[SYSTEM_NAME] !== undefined;
}

/** The path of the platform's program, which npm fetches once. */
export function programOf(runtime: Runtime): string {
  const { packages, version, path } = PUBLISHED[runtime];
  const name = packages[SYSTEM_NAME];
  if (name === undefined) throw new Error(`${runtime} is not published for ${SYSTEM_NAME}`);
  const cache = resolve(`node_modules/.cache/tokenry-runtimes/${name}@${version}`);
  const suffix = process.platform === "win32" ? ".exe" : "";
  const program = join(cache, "node_modules", name, `${path}${suffix}`);
  if (!existsSync(program)) {
    const flags = ["--no-save", "--ignore-scripts", "--no-audit", "--no-fund"];
    execFileSync("npm", ["install", "--prefix", cache, ...flags, `${name}@${version}`]);
  }
  return program;
}
