import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A scratch project with the package as npm would publish it, installed beside the given packages. */
export interface PackedProject {
  folder: string;
  /** What the tarball holds, as paths inside the package. */
  files: string[];
  /** `tokenry`, `tokenry/sql`, …: every subpath that holds code. */
  specifiers: string[];
}

interface PackedTarball {
  filename: string;
  files: { path: string }[];
}

function npm(folder: string, ...args: string[]): string {
  return execFileSync("npm", [...args, "--ignore-scripts", "--no-audit", "--no-fund"], {
    cwd: folder,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Packs what `npm run build` made and installs it where nothing of this repository is in reach. */
export function installPacked(...packages: string[]): PackedProject {
  if (!existsSync("dist/index.js")) throw new Error("dist/ is missing: npm run build");
  const folder = mkdtempSync(join(tmpdir(), "tokenry-packed-"));
  // npm 11 prints a list of tarballs, npm 12 an object of them by name.
  const printed = JSON.parse(npm(".", "pack", "--json", "--pack-destination", folder));
  const [tarball] = Object.values<PackedTarball>(printed);
  if (tarball === undefined) throw new Error("npm pack made no tarball");
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  npm(folder, "install", join(folder, tarball.filename), ...packages);
  const { exports } = JSON.parse(readFileSync("package.json", "utf8"));
  return {
    folder,
    files: tarball.files.map(({ path }) => path),
    specifiers: Object.keys(exports)
      .filter((subpath) => typeof exports[subpath] === "object")
      .map((subpath) => subpath.replace(/^\./, "tokenry")),
  };
}

/** The version that this repository develops against. */
export function developedAgainst(name: string): string {
  const { devDependencies } = JSON.parse(readFileSync("package.json", "utf8"));
  return `${name}@${devDependencies[name]}`;
}

/** The lowest version that the range of this optional peer admits. */
export function lowestPeer(name: string): string {
  const { peerDependencies } = JSON.parse(readFileSync("package.json", "utf8"));
  return `${name}@${/\d+\.\d+\.\d+/.exec(peerDependencies[name])}`;
}

/** The names of the packages that an application may have beside this one. */
export function optionalPeers(): string[] {
  const { peerDependencies } = JSON.parse(readFileSync("package.json", "utf8"));
  return Object.keys(peerDependencies);
}
