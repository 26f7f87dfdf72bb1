import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test, vi } from "vitest";
import { describeWithBinary } from "./index.ts";
import { familyOf, isRunning, linkOf } from "./processes.ts";

const ENDS = [
  { way: "is killed", end: (child: ChildProcess) => child.kill("SIGKILL") },
  { way: "ends without a word", end: (child: ChildProcess) => child.stdin?.end() },
] as const;

describeWithBinary("postgres", "servers that nobody disposes of", () => {
  for (const { way, end } of ENDS) {
    test(`end with the process that started them, when it ${way}, with their files`, async () => {
      const child = spawn(
        process.execPath,
        [fileURLToPath(new URL("abandoned.ts", import.meta.url))],
        { stdio: ["pipe", "pipe", "inherit"] },
      );
      await once(child.stdout, "data");
      const processes = familyOf(child.pid ?? 0);
      const temporary = processes
        .map((pid) => linkOf(pid, "cwd"))
        .filter((folder) => folder.includes("tokenry-"));
      // PostgreSQL's and Redis's.
      expect(new Set(temporary).size).toBe(2);
      end(child);
      await vi.waitFor(() => expect(processes.filter(isRunning)).toEqual([]), { timeout: 10_000 });
      expect(temporary.filter((folder) => existsSync(folder))).toEqual([]);
    });
  }
});
