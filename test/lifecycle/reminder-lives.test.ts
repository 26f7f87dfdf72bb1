import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { manySliding, type Secret } from "../../src/index.ts";
import { START } from "../support/clock.ts";
import { REPOSITORIES } from "../support/repositories.ts";
import { jitteredRepository } from "../support/repository-proxies.ts";
import { createWorld, type World } from "../support/world.ts";
import { live } from "./reminder-lives/live.ts";
import { anyStory } from "./reminder-lives/lives.ts";

const run = promisify(execFile);
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** The reminders of all tokens, as days since the start and thresholds, oldest first. */
async function sentIn(world: World): Promise<readonly (readonly [number, unknown])[]> {
  const events = await world.trail("token.expiring");
  return events.map(({ at, data }) => [(at.getTime() - START) / DAY_MS, data.threshold] as const);
}

/** A pass on each of these days since the start, in this order, on three nodes at once. */
async function passOn(world: World, days: readonly number[]): Promise<void> {
  const nodes = [world.tokens, world.node(), world.node()];
  for (const day of days) {
    world.clock.set(START + day * DAY_MS);
    await Promise.all(nodes.map((node) => node.jobs.remind()));
  }
}

/** A call that is accepted that many days after the start, on a node that then writes it down. */
async function useOn(world: World, secret: Secret, day: number): Promise<void> {
  world.clock.set(START + day * DAY_MS);
  const node = world.node();
  expect(await node.verify(secret, { api: "orders", method: "GET" })).toMatchObject({ ok: true });
  await node.close();
}

describe.each(REPOSITORIES)(
  "IND-42 CORE-29 under a clock that is wrong at times, over $store",
  ({ store, open }) => {
    test("each range that a pass saw is announced once, on three nodes at once, however the clock jumps", async () => {
      const world = createWorld({ repository: jitteredRepository(await open()) });
      await world.issue({ kind: "personal" });
      // Ahead by hours and back; back by weeks and on again; over a range; past the end and back.
      await passOn(world, [140, 149.9, 150.1, 149.8, 151, 130, 152, 130, 173.2, 160, 173.4, 172.9]);
      await passOn(world, [181, 174, 179.1, 181, 178, 179.5, 190, 179.9, 180, 200]);
      expect(await sentIn(world)).toEqual([
        [150.1, "30 days"],
        [173.2, "7 days"],
        [179.1, "1 day"],
      ]);
    });

    // By less than two thresholds are apart, by as much, and by more.
    test.each([32, 36, 40])(
      "a use that moves the end from day 30 to day %i, where the cap is, starts a life that is announced anew",
      async (cap) => {
        const expiry = { type: "sliding", unusedFor: { days: 30 }, atMost: { days: cap } } as const;
        const kinds = { service: manySliding({ prefix: "acme_svc", expiry }) };
        const world = createWorld({ repository: await open(), kinds });
        const { secret } = await world.issue();
        await passOn(world, [22.5, 23.5, 29]);
        await useOn(world, secret, 29.25);
        await passOn(world, [cap - 2.5, cap - 2, cap - 0.5, cap - 0.25]);
        expect(await sentIn(world)).toEqual([
          ...[
            [23.5, "7 days"],
            [29, "1 day"],
          ],
          ...[
            [cap - 2.5, "7 days"],
            [cap - 0.5, "1 day"],
          ],
        ]);
      },
    );

    test("a clock that was ahead for a while leaves out no reminder of a token that was used since", async () => {
      const world = createWorld({ repository: await open() });
      const { secret } = await world.issue();
      await passOn(world, [2, 29.5]);
      await useOn(world, secret, 3);
      await passOn(world, [4, 25.9, 26.1, 31.9, 32.1, 33]);
      expect(await sentIn(world)).toEqual([
        [29.5, "1 day"],
        [26.1, "7 days"],
        [32.1, "1 day"],
      ]);
    });

    test("any lives: kinds, uses, new lives, rotations, gaps, jumps and nodes", async () => {
      const numRuns = store === "memory" ? 300 : 60;
      await fc.assert(
        fc.asyncProperty(anyStory, async (story) => live(story, await open())),
        { numRuns },
      );
    }, 120_000);
  },
);

describe("TV-04 clocks that are changed to summer and to winter", () => {
  const script = fileURLToPath(new URL("../fixtures/reminding-process.ts", import.meta.url));
  const remindIn = async (TZ: string) => {
    const { stdout } = await run(process.execPath, ["--no-warnings", script], {
      env: { ...process.env, TZ },
      maxBuffer: 2 ** 26,
    });
    // A cast: it prints nothing else.
    return JSON.parse(stdout) as {
      readonly offsets: readonly number[];
      readonly sent: readonly (readonly [string, string, number, number])[];
    };
  };

  test("change nothing: each reminder comes in the hour in which it is due, wherever the process runs", async () => {
    const [utc, berlin, newYork] = await Promise.all(
      ["UTC", "Europe/Berlin", "America/New_York"].map(remindIn),
    );
    expect([utc, berlin, newYork].map((zone) => zone?.offsets)).toEqual([
      ...[
        [0, 0],
        [-60, -120],
        [300, 240],
      ],
    ]);
    expect(berlin?.sent).toEqual(utc?.sent);
    expect(newYork?.sent).toEqual(utc?.sent);
    const exact = { "30 days": 720, "7 days": 168, "24 hours": 24, "2 hours": 2 };
    for (const [threshold, hours] of Object.entries(exact)) {
      const sent = utc?.sent.filter(([, each]) => each === threshold) ?? [];
      expect(sent.length).toBeGreaterThan(50);
      for (const [, , at, expiresAt] of sent) {
        expect(at).toBeGreaterThanOrEqual(expiresAt - hours * HOUR_MS);
        expect(at).toBeLessThan(expiresAt - (hours - 1) * HOUR_MS);
      }
    }
  }, 120_000);
});
