import { createFloor } from "../floor.ts";
import { compare } from "../measure.ts";
import { percentOf } from "../format.ts";
import type { Row, Subject } from "../subject.ts";
import { createWorld } from "../world.ts";

async function verify(count: number): Promise<Row> {
  const world = await createWorld(count);
  // Each token once: what is made ready at a token's first call, and noted once a minute, is not what its other calls cost.
  await world.verify(count);
  return compare(createFloor(world.secrets), world.verify);
}
export const subject = { verify };
