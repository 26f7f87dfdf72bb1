// A dependency or an import too many shows here first: what each subpath pulls in (nothing of another subpath's peer, no Node
// built-in in the core), what the core weighs with its dependencies, and how long its first import takes.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

/** The most that a subpath may weigh with its dependencies, in KiB, where there is a limit. */
const mostKiB: Record<string, number> = { ".": 41, "./elements": 45, "./elements.js": 45 };
const maxColdImportMs = 30;
/** What a subpath may load besides `dependencies`; a subpath that is absent runs wherever Web standards do. */
const mayLoad: Record<string, RegExp> = {
  "./sql": /^(kysely$|node:)/,
  "./express": /^node:http$/,
  "./koa": /^node:stream$/,
  "./node": /^node:http$/,
  "./nest": /^(@nestjs\/(common|core)|node:http)$/,
  "./otel": /^@opentelemetry\/api$/,
  "./testing": /^node:/,
};

/** What one part alone is to pay for: packages, and the subpaths that may load them. */
const onlyFor: readonly (readonly [packages: RegExp, subpaths: RegExp])[] = [
  [/^jose$/, /^\.\/(oauth|cli)$/],
  [/^zod$/, /^\.\/manage$/],
  [/^(lit|lit-html|lit-element|@lit\/reactive-element)$/, /^\.\/elements$/],
  [/^citty$/, /^\.\/cli$/],
];

interface Manifest {
  dependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
  exports: Record<string, string | { default: string }>;
}

const manifest: Manifest = JSON.parse(readFileSync("package.json", "utf8"));
const problems: string[] = [];

/** Bundles one built entry; gives its weight and the packages and built-ins that it loads. */
async function bundled(entry: string): Promise<{ kib: number; loads: Set<string> }> {
  const { metafile, outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: "esm",
    target: "node22",
    // As a worker's bundler sees it: lru-cache's own build for Node publishes on node:diagnostics_channel.
    platform: "neutral",
    conditions: ["browser"],
    mainFields: ["module", "main"],
    // The application's own: what a subpath weighs is what comes with it.
    external: ["node:*", ...Object.keys(manifest.peerDependencies)],
    // What was split off for another subpath is imported for nothing by this one.
    logOverride: { "ignored-bare-import": "silent" },
  });
  const inputs = Object.entries(metafile.inputs);
  const packages = inputs.map(([path]) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]);
  const builtins = inputs
    .flatMap(([, { imports }]) => imports.filter((i) => i.external))
    .map((i) => i.path);
  const gzipped = gzipSync(outputFiles[0]?.contents ?? new Uint8Array(), { level: 9 });
  return {
    kib: gzipped.length / 1024,
    loads: new Set([...packages, ...builtins].filter((name) => name !== undefined)),
  };
}

/** Median over fresh processes: what an application pays once at its start, over an empty script. */
function coldImportMs(entry: string): number {
  const script = `const t = performance.now(); await import(${JSON.stringify(entry)}); console.log(performance.now() - t)`;
  const run = (): number =>
    Number(
      execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" }),
    );
  return Array.from({ length: 9 }, run).sort((a, b) => a - b)[4] ?? Number.NaN;
}

function mayUse(subpath: string, name: string): boolean {
  const paid = onlyFor.find(([packages]) => packages.test(name));
  const isDependency = paid?.[1].test(subpath) ?? name in manifest.dependencies;
  return isDependency || (mayLoad[subpath]?.test(name) ?? false);
}

function checkWeight(subpath: string, kib: number): void {
  const most = mostKiB[subpath];
  if (most !== undefined && kib > most) problems.push(`${subpath} is over ${most} KiB`);
}

for (const [subpath, target] of Object.entries(manifest.exports)) {
  if (typeof target === "string") continue;
  const { kib, loads } = await bundled(target.default);
  const names = [...loads].sort();
  process.stdout.write(`${subpath}  ${kib.toFixed(1)} KiB  ${names.join(", ") || "no package"}\n`);
  for (const name of names)
    if (!mayUse(subpath, name)) problems.push(`${subpath} must not load ${name}`);
  checkWeight(subpath, kib);
}
const screens = gzipSync(readFileSync("dist/elements/standalone.js"), { level: 9 }).length / 1024;
process.stdout.write(`./elements.js  ${screens.toFixed(1)} KiB, as it is served\n`);
checkWeight("./elements.js", screens);
const coldMs = coldImportMs("./dist/index.js");
const verdict = coldMs > maxColdImportMs ? ` (WARNING: over ${maxColdImportMs} ms)` : "";
process.stdout.write(`cold import of the core: ${coldMs.toFixed(1)} ms${verdict}\n`);
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exitCode = problems.length === 0 ? 0 : 1;
