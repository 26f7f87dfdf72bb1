// Fills the disk of a folder under traffic over a SQLite file in it: `node full-disk-process.ts <folder>`. Prints what was seen as JSON.
import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { fillDisk } from "./full-disk.ts";

const [folder = ""] = process.argv.slice(2);
const ballast = join(folder, "ballast");
const BLOCK = Buffer.alloc(4096);

function fill(): void {
  const file = openSync(ballast, "w");
  try {
    for (;;) writeSync(file, BLOCK);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
  } finally {
    closeSync(file);
  }
}

const seen = await fillDisk(join(folder, "tokens.sqlite"), {
  fill: async () => fill(),
  free: async () => rmSync(ballast),
});
process.stdout.write(JSON.stringify(seen));
