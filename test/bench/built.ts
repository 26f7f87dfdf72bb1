import { createRequire } from "node:module";

/** Resolves as from the folder of our own package.json, which that of the peers would hide. */
const require = createRequire(new URL("../../package.json", import.meta.url));

// Casts below, as the compiler knows the sources and not what was built of them.

/** The package as it is published: what users run is what is measured. */
export const tokenry: typeof import("tokenry") = require("tokenry") as typeof import("tokenry");

/** The SQL storage as it is published. A function, so that only those who measure it load Kysely. */
export function tokenrySql(): typeof import("tokenry/sql") {
  return require("tokenry/sql") as typeof import("tokenry/sql");
}

/** Our own version of Kysely; a peer brings another. */
export function kysely(): typeof import("kysely") {
  return require("kysely") as typeof import("kysely");
}
