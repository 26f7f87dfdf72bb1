// npm leaves a platform's binary out of the lockfile when the registry at hand does not hold it, and `npm ci` then refuses
// that lockfile on every platform. This adds what is missing; `npm run lockfile` after a change of dependencies.
import { readFileSync, writeFileSync } from "node:fs";

interface LockedPackage {
  version?: string;
  dev?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
}

const platform =
  /(?<os>android|darwin|freebsd|linux|openbsd|openharmony|win32)-(?<cpu>[a-z0-9]+)(?:-(?<abi>[a-z]+))?$/;

/** Reads the platform out of a package's name, so that npm skips it elsewhere without asking for it. */
function platformOf(name: string): Pick<LockedPackage, "os" | "cpu" | "libc"> {
  const { os, cpu, abi } = platform.exec(name)?.groups ?? {};
  if (os === undefined || cpu === undefined) return {};
  const libc = os === "linux" ? { libc: [abi?.startsWith("musl") ? "musl" : "glibc"] } : {};
  return { os: [os], cpu: [cpu], ...libc };
}

const lockfile: { packages: Record<string, LockedPackage> } = JSON.parse(
  readFileSync("package-lock.json", "utf8"),
);
let added = 0;
for (const { optionalDependencies = {} } of Object.values(lockfile.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    const path = `node_modules/${name}`;
    // A range names no version, so only a binary that its package pins can be added.
    if (lockfile.packages[path] !== undefined || !/^\d+\.\d+\.\d+$/.test(version)) continue;
    lockfile.packages[path] = { version, ...platformOf(name), dev: true, optional: true };
    added += 1;
  }
}
writeFileSync("package-lock.json", `${JSON.stringify(lockfile, null, 2)}\n`);
process.stdout.write(`${added} platform packages added to package-lock.json\n`);
