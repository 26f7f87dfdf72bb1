import { readFileSync } from "node:fs";
import { defineConfig, type Options } from "tsup";

interface Manifest {
  exports: Record<string, string | { default: string }>;
}

const manifest: Manifest = JSON.parse(readFileSync("package.json", "utf8"));

/** dist/ mirrors src/, so package.json's `exports` names every entry: ./dist/a/b.js is built from src/a/b.ts. */
const entry: Record<string, string> = Object.fromEntries(
  Object.values(manifest.exports)
    .filter((target) => typeof target === "object")
    .map((target) => target.default.replace(/^\.\/dist\/|\.js$/g, ""))
    .map((name) => [name, `src/${name}.ts`]),
);

const options: Options = {
  entry,
  format: "esm",
  target: "node22",
  dts: true,
  splitting: true,
  clean: true,
  skipNodeModulesBundle: true,
  // node:sqlite has no name without its prefix.
  removeNodeProtocol: false,
};

const config: ReturnType<typeof defineConfig> = defineConfig(options);
export default config;
