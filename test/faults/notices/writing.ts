import { setTimeout as sleep } from "node:timers/promises";
import { type Repository, SYSTEM, type Token } from "../../../src/index.ts";
import { ADA, BOB, STRANGER } from "../../support/directory.ts";
import { createWorld, type World } from "../../support/world.ts";

const OWNERS = [ADA, BOB, STRANGER];
/** More tokens than so many, and an owner's are revoked. */
const FEW = 8;
/** Up to so many milliseconds pass between two deeds for an owner. */
const PAUSE_MS = 8;

/** Commits notices, as many as it is asked for. */
export interface Writing {
  /** So many changes more. */
  ask(changes: number): void;
  /** Resolves to how many changes were acknowledged. */
  stop(): Promise<number>;
}

/** Starts to change tokens, of three owners at once. Where a change fails, `stop` rejects. */
export function startWriting(repository: Repository): Writing {
  const world = createWorld({ repository, clock: Date });
  let isStopped = false;
  let asked = 0;
  let begun = 0;
  const repeat = async (owner: string): Promise<void> => {
    while (!isStopped) {
      await sleep(begun < asked ? Math.random() * PAUSE_MS : PAUSE_MS);
      if (begun >= asked) continue;
      begun += 1;
      await change(world, owner);
    }
  };
  const working = Promise.all(OWNERS.map(repeat));
  working.catch(() => undefined);
  return {
    ask(changes) {
      asked += changes;
    },
    async stop() {
      isStopped = true;
      await working;
      await world.tokens.close();
      return begun;
    },
  };
}

/** One thing after the other for each owner, so that nothing is in the way of anything. */
async function change(world: World, owner: string): Promise<void> {
  const { tokens } = world;
  const living = (await tokens.list({ owner, actor: SYSTEM, limit: 200 })).tokens;
  const token = living[Math.floor(Math.random() * living.length)];
  if (token === undefined || Math.random() < 0.2) {
    await world.issue({ owner, kind: "application" });
  } else if (living.length > FEW) {
    await tokens.revokeAll({ owner, actor: SYSTEM });
  } else {
    await changeOne(world, token);
  }
}

async function changeOne({ tokens }: World, { id: tokenId, name }: Token): Promise<void> {
  const die = Math.random();
  if (die < 0.1) await tokens.revoke({ tokenId, actor: SYSTEM });
  else if (die < 0.3) await tokens.regenerate({ tokenId, actor: SYSTEM });
  else await tokens.update({ tokenId, actor: SYSTEM, name: `${name.slice(0, 60)}+` });
}
