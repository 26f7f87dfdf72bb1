import { describe, expect, test } from "vitest";
import { ADA } from "../support/directory.ts";
import { REPOSITORIES } from "../support/repositories.ts";
import { createWorld } from "../support/world.ts";

const CALL = { api: "orders", method: "GET" };

describe.each(REPOSITORIES)("one token for all regions, over $store", ({ open }) => {
  test("OWN-11 it works on every node, and OWN-10 is dead on every node once it is revoked", async () => {
    const world = createWorld({ repository: await open() });
    const regions = [world.tokens, world.node(), world.node()];
    const { secret, token } = await world.issue({ kind: "personal" });
    const isAccepted = () =>
      Promise.all(regions.map(async ({ verify }) => (await verify(secret, CALL)).ok));
    expect(await isAccepted()).toEqual([true, true, true]);
    await regions[1]?.revoke({ tokenId: token.id, actor: ADA });
    expect(await isAccepted()).toEqual([false, false, false]);
  });
});
