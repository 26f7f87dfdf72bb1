import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";
import { transformSync } from "esbuild";

const folder = new URL(".", import.meta.url).href;

/** Node runs TypeScript, but no decorators: this has esbuild compile the files of this folder, as the Nest CLI would. */
registerHooks({
  load(url, context, nextLoad) {
    if (!url.startsWith(folder) || !url.endsWith(".ts")) return nextLoad(url, context);
    const path = fileURLToPath(url);
    const { code } = transformSync(readFileSync(path, "utf8"), {
      loader: "ts",
      sourcefile: path,
      sourcemap: "inline",
      tsconfigRaw: { compilerOptions: { experimentalDecorators: true } },
    });
    return { format: "module", source: code, shortCircuit: true };
  },
});
