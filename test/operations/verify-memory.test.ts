import { expect, test } from "vitest";
import { SYSTEM } from "../../src/index.ts";
import { ACCOUNT, ADA, OTHER_ACCOUNT } from "../support/directory.ts";
import { createWorld, outcomeOf } from "../support/world.ts";

test("CORE-41 what was decided for an owner is not remembered for the owner's next state", async () => {
  const world = createWorld();
  const { secret } = await world.issue({ kind: "personal" });
  const call = (method: string) => world.tokens.verify(secret, { api: "orders", method });
  expect((await call("GET")).ok).toBe(true);
  world.directory.change(ADA, { methods: [], access: "none" });
  await world.tokens.ownerChanged(ADA);
  expect(await call("")).toMatchObject({ ok: false, code: "access_denied" });
  expect(await call("GET")).toMatchObject({ ok: false, code: "access_denied" });
});

test("a request object that is used again while a store answers changes nothing of the call", async () => {
  const world = createWorld();
  const { secret } = await world.issue({ kind: "personal" });
  world.directory.change(ADA, { methods: ["GET"] });
  await world.tokens.ownerChanged(ADA);
  const request = { api: "orders", method: "DELETE" };
  const verdict = world.tokens.verify(secret, request);
  request.method = "GET";
  expect(await verdict).toMatchObject({ ok: false, code: "access_denied" });
});

test("AP-1 a pair that its owner left behind in another account is not rotated", async () => {
  const world = createWorld();
  await world.issue({ kind: "direct" });
  world.directory.change(ADA, { account: OTHER_ACCOUNT });
  const rotation = world.tokens.rotate({ owner: ADA, kind: "direct", actor: SYSTEM });
  expect(await outcomeOf(rotation)).toBe("not_found");
  const { events } = await world.tokens.events({ account: ACCOUNT, actor: SYSTEM });
  expect(events.map(({ type }) => type)).toEqual(["token.issued"]);
});
