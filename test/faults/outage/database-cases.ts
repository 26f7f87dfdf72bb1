import { afterAll, beforeAll, expect, test } from "vitest";
import type { TestServer } from "../../servers/index.ts";
import { type DatabaseFault, faultDatabase } from "./database-faults.ts";
import type { DatabaseKind } from "./databases.ts";
import { say } from "./figures.ts";

/** What is done to a server, and how often. */
const CASES: readonly {
  readonly title: string;
  readonly fault: DatabaseFault;
  readonly times: number;
}[] = [
  { title: "is killed and started again", fault: "kill", times: 3 },
  { title: "is stopped for a while", fault: "pause", times: 1 },
  { title: "is behind a network that passes nothing on for a while", fault: "blackhole", times: 1 },
  { title: "loses all its connections in the middle of their work", fault: "cut", times: 15 },
  { title: "is known no more to the network by its old connections", fault: "forget", times: 1 },
];

/** The faults of a database server under traffic, within a `describe`. */
export function databaseFaultCases(kind: DatabaseKind): void {
  let server: TestServer;
  beforeAll(async () => {
    server = await kind.start();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  for (const { title, fault, times } of CASES) {
    test(`that ${title}: nothing is accepted that should not be, nothing is lost, and all goes on by itself`, async () => {
      const figures = await faultDatabase(kind, server, { fault, times });
      say(kind.name, fault, figures);
      expect(figures.slowestMs).toBeLessThan(2000);
      expect(figures.resumedMs).toBeLessThan(2000);
      expect(figures.loopMs).toBeLessThan(100);
      // Else nothing was tried.
      expect(figures.unavailable).toBeGreaterThan(times);
      expect(figures.changes).toBeGreaterThan(30);
    });
  }
}
