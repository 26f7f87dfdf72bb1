import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { CommandError } from "./command-error.ts";
import { checkConfig, type TokenryConfig } from "./config.ts";
import { EXIT } from "./exit-codes.ts";
import { isOutOfReach, reasonOf } from "./failure.ts";

/** Finds the host's configuration; `path` as it was given, if it was. */
export type LoadConfig = (folder: string, path: string | undefined) => Promise<TokenryConfig>;

const NAMES = ["ts", "mts", "js", "mjs"].map((end) => `tokenry.config.${end}`);

const SUPPLY =
  "Start it, or correct its address. A function (redis: () => …) is called only by the commands that need it.";

const STRIPS_TYPES =
  "Node strips types itself from 22.18 and 24 on. Use such a version, or NODE_OPTIONS=--experimental-strip-types, or write the file in JavaScript (tokenry.config.mjs).";

/** What the file holds at least, beside what makes its parts. */
const LEAST = `import { defineConfig } from "tokenry/cli";
export default defineConfig({ tokens: () => createTokenry({ … }) });`;

/** Imports `tokenry.config.{ts,mts,js,mjs}` of a folder, or the file that was named. */
export const loadConfig: LoadConfig = async (folder, path) => {
  const file = path === undefined ? await findIn(folder) : resolve(folder, path);
  if (!(await isFile(file)))
    throw new CommandError(`There is no file ${file}.`, { next: "Give --config the right path." });
  const module = await importFrom(file);
  if (module.default === undefined)
    throw new CommandError(`${file} has no default export.`, {
      next: "Write: export default defineConfig({ tokens: … });",
    });
  return checked(module.default, file);
};

function checked(config: unknown, file: string): TokenryConfig {
  try {
    return checkConfig(config);
  } catch (cause) {
    throw new CommandError(reasonOf(cause), { cause, next: `Correct ${file}.` });
  }
}

async function findIn(folder: string): Promise<string> {
  for (const name of NAMES) {
    const file = join(folder, name);
    if (await isFile(file)) return file;
  }
  throw new CommandError(`There is no tokenry.config.ts (or .mts, .js, .mjs) in ${folder}.`, {
    next: `Run it where the file is, name it by --config, or write one:\n${LEAST}`,
  });
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

async function importFrom(file: string): Promise<{ readonly default?: unknown }> {
  try {
    // A cast, as what a module exports is only known when it is there; it is checked.
    return (await import(pathToFileURL(file).href)) as { readonly default?: unknown };
  } catch (cause) {
    throw new CommandError(`${file} cannot be loaded.`, {
      cause,
      ...(isOutOfReach(cause)
        ? { exitCode: EXIT.unavailable, next: SUPPLY }
        : { next: adviceFor(cause, file) }),
    });
  }
}

/** What Node says of `import` and `export` in a package that is not of modules, as `npm init` makes one. */
const IN_COMMONJS = /Cannot use import statement outside a module|Unexpected token 'export'/;

function adviceFor(cause: unknown, file: string): string {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  switch (code) {
    case "ERR_UNKNOWN_FILE_EXTENSION":
      return STRIPS_TYPES;
    case "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX":
      return "Node removes types and nothing else: no enum, no namespace, no parameter property.";
    case "ERR_MODULE_NOT_FOUND":
    case "ERR_PACKAGE_PATH_NOT_EXPORTED":
      return "Install what it imports, and write the ends of relative imports (./tokens.ts).";
    default:
      if (IN_COMMONJS.test(String(cause)))
        return `Name it tokenry.config.mts, or write "type": "module" into the package.json beside it: it is read as CommonJS.`;
      return isWithoutPlace(cause)
        ? `node --check ${file} shows where.`
        : "--verbose shows where it fails.";
  }
}

/** Of what is no JavaScript the stack begins in Node itself. What is no TypeScript it shows, as it does an export that there is not. */
function isWithoutPlace(cause: unknown): boolean {
  return (
    cause instanceof SyntaxError && /^SyntaxError.*\n +at .*node:internal/.test(cause.stack ?? "")
  );
}
