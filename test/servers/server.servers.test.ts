import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  describeWithBinary,
  startMariadb,
  startPostgres,
  startRedis,
  type TestServer,
} from "./index.ts";
import { mariadbNotebook, postgresNotebook, redisNotebook } from "./notebook.ts";
import { familyOf, isRunning, linkOf } from "./processes.ts";

/** Long enough for a server that runs to answer many times. */
const SILENCE_MS = 150;

const KINDS = [
  { name: "postgres", start: startPostgres, open: postgresNotebook, leastProcesses: 5 },
  { name: "mariadb", start: startMariadb, open: mariadbNotebook, leastProcesses: 1 },
  { name: "redis", start: startRedis, open: redisNotebook, leastProcesses: 1 },
] as const;

for (const { name, start, open, leastProcesses } of KINDS) {
  describeWithBinary(name, `a ${name} of a test's own`, () => {
    let server: TestServer;
    beforeAll(async () => {
      server = await start();
    });
    afterAll(() => server[Symbol.asyncDispose]());

    test("is killed with all its processes, and comes back on its port with what was acknowledged", async () => {
      await using before = await open(server.url);
      await before.write("before the kill");
      const processes = serverProcesses();
      expect(processes.length).toBeGreaterThanOrEqual(leastProcesses);
      await server.kill();
      expect(processes.filter(isRunning)).toEqual([]);
      await expect(before.read()).rejects.toThrow();
      await expect(open(server.url)).rejects.toThrow();
      await server.restart();
      await using after = await open(server.url);
      expect(await after.read()).toContain("before the kill");
    });

    test("stops in good order, twice over, and comes back with its data", async () => {
      await using before = await open(server.url);
      await before.write("before the stop");
      await server.stop();
      await server.stop();
      expect(serverProcesses()).toEqual([]);
      await expect(open(server.url)).rejects.toThrow();
      await server.restart();
      await using after = await open(server.url);
      expect(await after.read()).toContain("before the stop");
    });

    test("is silent while it is paused, and then answers what it was asked", async () => {
      await using notebook = await open(server.url);
      server.pause();
      const answer = notebook.write("in the pause");
      expect(await Promise.race([answer, sleep(SILENCE_MS, "silent")])).toBe("silent");
      server.resume();
      await answer;
      expect(await notebook.read()).toContain("in the pause");
    });

    test("is killed, stopped and restarted while it is paused", async () => {
      server.pause();
      await server.kill();
      await server.restart();
      server.pause();
      await server.stop();
      await server.restart();
      server.pause();
      await server.restart();
      await using notebook = await open(server.url);
      await notebook.write("after all that");
    });

    test("is disposed of, twice over, and leaves neither a process nor a file behind", async () => {
      const processes = serverProcesses();
      const folder = linkOf(processes[0] ?? 0, "cwd");
      expect(existsSync(folder)).toBe(true);
      await server[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
      expect(processes.filter(isRunning)).toEqual([]);
      expect(existsSync(folder)).toBe(false);
    });
  });
}

/** Of all servers that this file has started: this process's descendants but the watchdog, which is there as long as this process is. */
function serverProcesses(): readonly number[] {
  const isServer = (pid: number): boolean => !linkOf(pid, "exe").endsWith("/node");
  return familyOf(process.pid).filter((pid) => isRunning(pid) && isServer(pid));
}
