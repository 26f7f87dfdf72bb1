import { expect, test } from "vitest";
import { describeWithServer, freshDatabase } from "../servers/index.ts";
import { type RaceOptions, raceRevocations, type Seen } from "./revocation/race.ts";
import { CACHE_MS } from "./revocation/scene.ts";

const PROCESSES = 8;

/** `npm run soak` makes 10,000 of them. */
const CHANGES = 2000;
const FEWER = 300;

/** On a machine that does much else besides. */
const TIMEOUT_MS = 300_000;

/** Why a change may be refused while others change the same tokens and owners. */
const REFUSALS = ["api_access_disabled", "expired", "not_found", "owner_inactive", "slot_taken"];

/** Throws where a change was lost or undone; fails where a call was answered as no state explains that it can have met. */
async function race(
  server: string,
  options: Omit<RaceOptions, "url" | "processes">,
): Promise<Seen> {
  await using database = await freshDatabase(server);
  const seen = await raceRevocations({ url: database.url, processes: PROCESSES, ...options });
  expect(seen.examples).toEqual([]);
  expect(seen.wrong).toBe(0);
  expect(seen.errors).toEqual({});
  expect(REFUSALS).toEqual(expect.arrayContaining(Object.keys(seen.refused)));
  // Else nothing was tried: everything was changed, every answer was given, calls and uses met changes on their way.
  const { issue = 0, ...changes } = seen.changes;
  expect(issue).toBeGreaterThan(0);
  const made = Object.values(changes).reduce((sum, count) => sum + count, 0);
  expect(made).toBeGreaterThanOrEqual(options.changes);
  expect(Object.keys(changes).sort()).toEqual([
    "owner",
    "regenerate",
    "revoke",
    "rotate",
    "update",
  ]);
  expect(Object.keys(seen.codes).sort()).toEqual(CODES);
  expect(seen.during).toBeGreaterThan(options.changes / 2);
  expect(seen.uses).toBeGreaterThan(options.changes / 20);
  return seen;
}

const CODES = [
  "access_denied",
  "api_access_disabled",
  "expired_token",
  "network_denied",
  "ok",
  "owner_inactive",
  "unknown_token",
];

// Promise 1.
describeWithServer(
  "postgres",
  "eight processes that verify and change tokens in PostgreSQL",
  (url) => {
    test(
      `lose none of ${CHANGES} changes, and no call that begins after one is answered as before it`,
      async () => {
        const { stale } = await race(url, { changes: CHANGES });
        expect(stale).toBe(0);
      },
      TIMEOUT_MS,
    );

    test(
      "and remember tokens and owners: no call is answered as before a change that is older than the ttl",
      async () => {
        const { stale, latestMs } = await race(url, { changes: FEWER, isCaching: true });
        expect(stale).toBeGreaterThan(0);
        expect(latestMs).toBeLessThanOrEqual(CACHE_MS);
      },
      TIMEOUT_MS,
    );

    test(
      "and tell each other over a bus: the ttl holds no less",
      async () => {
        const { latestMs } = await race(url, { changes: FEWER, isCaching: true, hasBus: true });
        expect(latestMs).toBeLessThanOrEqual(CACHE_MS);
      },
      TIMEOUT_MS,
    );
  },
);

describeWithServer("mariadb", "eight processes that verify and change tokens in MariaDB", (url) => {
  test(
    `lose none of ${FEWER} changes, and no call that begins after one is answered as before it`,
    async () => {
      const { stale } = await race(url, { changes: FEWER });
      expect(stale).toBe(0);
    },
    TIMEOUT_MS,
  );
});
