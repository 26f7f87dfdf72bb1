import { SYSTEM } from "../../src/index.ts";
import { ADA } from "../support/directory.ts";
import { createWorld, type World } from "../support/world.ts";

/** What the positions are tried on: each a world of its own with a token. */
export interface Target {
  readonly world: World;
  readonly tokenId: string;
  readonly secret: string;
}

/** A world with a token of each kind that the positions need, and a rotation that waits. */
export async function createTarget(): Promise<Target> {
  const world = createWorld();
  const { secret } = await world.issue({ kind: "service" });
  const { token } = await world.issue({ kind: "application", access: { orders: "full" } });
  await world.issue({ kind: "direct" });
  await world.issue({ kind: "web" });
  await world.tokens.rotate({ owner: ADA, kind: "web", actor: SYSTEM });
  return { world, tokenId: token.id, secret: secret.reveal() };
}
