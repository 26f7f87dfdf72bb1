import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const HERE = fileURLToPath(new URL(".", import.meta.url));

/** Builds dist, which is what is measured, from the sources as they are now. */
export function build(): void {
  const { status } = spawnSync("npm exec -- tsup --no-dts --silent", {
    cwd: ROOT,
    shell: true,
    stdio: "inherit",
  });
  if (status !== 0) throw new Error("tokenry cannot be built, so there is nothing to measure");
}

/** Installs the peers as their lockfile says, where they are missing. Returns whether they are there now. */
export function installPeers(): boolean {
  if (hasPeers()) return true;
  process.stdout.write("installing the peers into test/bench/node_modules\n");
  spawnSync("npm ci --no-audit --no-fund --fetch-retries=1", {
    cwd: HERE,
    shell: true,
    stdio: "ignore",
  });
  return hasPeers();
}

/** Whether each peer is installed in the version that package.json names. */
function hasPeers(): boolean {
  const { dependencies } = JSON.parse(readFileSync(`${HERE}package.json`, "utf8")) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  return Object.entries(dependencies).every(
    ([name, version]) => installedVersion(name) === version,
  );
}

function installedVersion(name: string): string | undefined {
  try {
    const manifest = readFileSync(`${HERE}node_modules/${name}/package.json`, "utf8");
    return (JSON.parse(manifest) as { readonly version: string }).version;
  } catch {
    return undefined;
  }
}
