import { describe, expect, test } from "vitest";
import { type Notifier, type Repository, SYSTEM } from "../../src/index.ts";
import { REPOSITORIES } from "../support/repositories.ts";
import { createWorld } from "../support/world.ts";

const NOTICES = 100;
const CONCURRENCY = 8;
const POISON = "poison";
/** As often as a notice is tried, and some. */
const LIVES = 30;

/** What becomes of a call into a process that is dead: nothing. */
const never = new Promise<never>(() => undefined);

/** A worker that dies when it is given a certain notice: then nothing that it does ends, and nothing new begins. */
function mortalWorker(sent: Set<unknown>, repository: Repository) {
  let die = (): void => undefined;
  let isDead = false;
  const death = new Promise<"dead">((resolve) => {
    die = () => {
      isDead = true;
      resolve("dead");
    };
  });
  const notifier: Notifier = {
    async deliver({ data }) {
      if (data.name === POISON) die();
      if (isDead) return never;
      sent.add(data.name);
    },
  };
  const mortal: Repository = {
    ...repository,
    claimNotices: (claim) => (isDead ? never : repository.claimNotices(claim)),
    settleNotices: (outcomes) => (isDead ? never : repository.settleNotices(outcomes)),
  };
  return { death, notifier, repository: mortal };
}

describe.each(REPOSITORIES)(
  "CORE-71 a notice that ends every worker that tries it, over $store",
  ({ open }) => {
    test("is put aside in the end, and what waited beside it untried is sent", async () => {
      const repository = await open();
      const world = createWorld({ repository });
      for (let index = 0; index < NOTICES; index += 1)
        await world.issue({ name: index === 2 ? POISON : `token ${index}` });
      const sent = new Set<unknown>();
      for (let life = 0; life < LIVES; life += 1) {
        const { death, ...ports } = mortalWorker(sent, repository);
        const pass = world
          .node({ ...ports, delivery: { concurrency: CONCURRENCY } })
          .jobs.deliver();
        if ((await Promise.race([death, pass])) !== "dead") break;
        world.clock.pass({ minutes: 3 });
      }
      const { notices } = await world.tokens.notices.parked({ actor: SYSTEM, limit: 200 });
      const parked = notices.map(({ event }) => event.data.name);
      expect(parked).toContain(POISON);
      // What was on its way with it each time cannot be told from it.
      expect(parked.length).toBeLessThanOrEqual(CONCURRENCY);
      expect(new Set([...sent, ...parked]).size).toBe(NOTICES);
      expect(await world.tokens.jobs.deliver()).toEqual({ delivered: 0, retried: 0, parked: 0 });
    });
  },
);
