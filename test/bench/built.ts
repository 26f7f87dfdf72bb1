import { createRequire } from "node:module";

/** Resolves as a file beside package.json would: from here, the peers' own package.json would hide ours. */
const require = createRequire(new URL("../../package.json", import.meta.url));

// Casts, as the compiler knows the sources and not what was built of them.
/** The package as it is published: what users run is what is measured. */
export const tokenry = require("tokenry") as typeof import("tokenry");

/** The SQL storage as it is published. A function, so that only those who measure it load Kysely. */
export function tokenrySql(): typeof import("tokenry/sql") {
  return require("tokenry/sql") as typeof import("tokenry/sql");
}

/** The Kysely that our SQL storage is tested with; peers bring their own. */
export function kysely(): typeof import("kysely") {
  return require("kysely") as typeof import("kysely");
}
