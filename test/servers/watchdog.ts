// Outlives the process that starts servers, however that ends, by a moment: when its standard input ends, it kills the servers that are
// left and removes their folders. See guard.ts.
import { rmSync } from "node:fs";
import { createInterface } from "node:readline";
import { killFamily } from "./processes.ts";

// A Ctrl-C in a terminal goes to all that run there: the parent decides when it is time.
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => undefined);

const guarded: Readonly<Record<string, Set<string>>> = { process: new Set(), folder: new Set() };

for await (const line of createInterface({ input: process.stdin })) {
  const [verb = "", kind = "", ...rest] = line.split(" ");
  const target = rest.join(" ");
  if (verb === "guard") guarded[kind]?.add(target);
  else guarded[kind]?.delete(target);
}

for (const pid of guarded.process ?? []) killFamily(Number(pid));
for (const folder of guarded.folder ?? []) {
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}
