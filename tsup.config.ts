import { readFileSync } from "node:fs";
import { defineConfig, type Options } from "tsup";

interface Manifest {
  exports: Record<string, string | { default: string }>;
}

const manifest: Manifest = JSON.parse(readFileSync("package.json", "utf8"));

/** dist/ mirrors src/, so package.json's `exports` names every entry: ./dist/a/b.js is built from src/a/b.ts. */
const entry: Record<string, string> = Object.fromEntries(
  [...Object.values(manifest.exports), { default: "./dist/cli/main.js" }]
    .filter((target) => typeof target === "object")
    .map((target) => target.default.replace(/^\.\/dist\/|\.js$/g, ""))
    .map((name) => [name, `src/${name}.ts`]),
);

const options: Options = {
  entry,
  format: "esm",
  target: "node22",
  // The screens are typed by the browser's types.
  dts: { compilerOptions: { lib: ["lib.es2023.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"] } },
  splitting: true,
  clean: true,
  skipNodeModulesBundle: true,
  // node:sqlite has no name without its prefix.
  removeNodeProtocol: false,
};

/** The screens with all that they need in one file, for pages without a bundler. */
const standalone: Options = {
  entry: { "elements/standalone": "src/elements/standalone.ts" },
  format: "esm",
  target: "es2023",
  platform: "browser",
  noExternal: [/./],
  minify: true,
  splitting: false,
};

const config: ReturnType<typeof defineConfig> = defineConfig([options, standalone]);
export default config;
