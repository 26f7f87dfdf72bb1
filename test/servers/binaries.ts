import { accessSync, constants, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";

/** MySQL's `mysqld` is another server than MariaDB's link of that name. */
const PROGRAMS = {
  postgres: "postgres",
  mariadb: "mariadbd",
  mariadbInstall: "mariadb-install-db",
  redis: "redis-server",
  nginx: "nginx",
  openssl: "openssl",
} as const;

export type Binary = keyof typeof PROGRAMS;

/** Debian keeps PostgreSQL's programs here, by version, and puts none of them into PATH; its daemons are where a user's PATH seldom leads. */
const POSTGRES = "/usr/lib/postgresql";
const FOLDERS = ["/usr/sbin", "/usr/local/sbin"];

/** The path of a program, or `undefined` where it is not installed. */
export function findBinary(binary: Binary): string | undefined {
  const path = (process.env.PATH ?? "").split(delimiter);
  const folders = [...newestPostgres(), ...path, ...FOLDERS];
  return folders.map((folder) => join(folder, PROGRAMS[binary])).find(isExecutable);
}

/** The path of a program. Throws where it is not installed. */
export function requireBinary(binary: Binary): string {
  const found = findBinary(binary);
  if (found === undefined) throw new Error(`no ${PROGRAMS[binary]} found`);
  return found;
}

function newestPostgres(): readonly string[] {
  try {
    const versions = readdirSync(POSTGRES).sort((left, right) => Number(right) - Number(left));
    return versions.map((version) => join(POSTGRES, version, "bin"));
  } catch {
    return [];
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
