// Bundles the screens as `npm run build` does, once for all files: what is tested is what pages load.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  export interface ProvidedContext {
    /** The path of the bundle. */
    readonly elements: string;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "tokenry-elements-"));
  const outfile = join(folder, "elements.js");
  await build({
    entryPoints: ["src/elements/standalone.ts"],
    ...{ outfile, bundle: true, minify: true, format: "esm", target: "es2023" },
  });
  project.provide("elements", outfile);
  return () => rm(folder, { recursive: true });
}
