import { describe, expect, test } from "vitest";
import { manySliding, memoryRepository, type Pepper, SYSTEM } from "../../src/index.ts";
import { REPOSITORIES } from "../support/repositories.ts";
import { watchedRepository } from "../support/repository-proxies.ts";
import { createWorld } from "../support/world.ts";

const OLD: Pepper = { id: "2025", key: "last year's pepper, 32 bytes long" };
const NEW: Pepper = { id: "2026", key: new Uint8Array(32).fill(7) };
const CALL = { api: "orders", method: "GET" };
const kinds = { service: manySliding({ prefix: "acme_svc" }) };

describe.each(REPOSITORIES)("CORE-07, ASVS 13.3.4 a new pepper, over $store", ({ open }) => {
  test("a secret under the old one is accepted, and moved under the new one once", async () => {
    const watched = watchedRepository(await open());
    const before = createWorld({ repository: watched.repository, peppers: [OLD], kinds });
    const { secret, token } = await before.issue();
    const old = await before.repository.findById(token.id);

    const after = before.node({ peppers: [NEW, OLD] });
    expect(await after.verify(secret, CALL)).toMatchObject({ ok: true });
    await after.close();
    const moved = await before.repository.findById(token.id);
    expect(moved).toMatchObject({
      pepper: "2026",
      hint: old?.hint,
      secretCreatedAt: old?.secretCreatedAt,
    });
    expect(moved?.hash).not.toBe(old?.hash);

    watched.calls.length = 0;
    for (let call = 0; call < 3; call++)
      expect(await after.verify(secret, CALL)).toMatchObject({ ok: true });
    await after.close();
    expect(watched.calls).not.toContain("commit");
  });

  test("once all are moved, the old one can go", async () => {
    const before = createWorld({ repository: await open(), peppers: [OLD], kinds });
    const [moved, forgotten] = [await before.issue(), await before.issue()];
    const between = before.node({ peppers: [NEW, OLD] });
    await between.verify(moved.secret, CALL);
    await between.close();
    const after = before.node({ peppers: [NEW] });
    expect(await after.verify(moved.secret, CALL)).toMatchObject({ ok: true });
    expect(await after.verify(forgotten.secret, CALL)).toMatchObject({ code: "unknown_token" });
  });

  test("new secrets are made under the new one", async () => {
    const before = createWorld({ repository: await open(), peppers: [OLD], kinds });
    const after = before.node({ peppers: [NEW, OLD] });
    const { secret } = await after.issue({
      kind: "service",
      owner: "ada",
      actor: SYSTEM,
      name: "new",
    });
    expect(await before.tokens.verify(secret, CALL)).toMatchObject({ code: "unknown_token" });
    expect(await before.node({ peppers: [NEW] }).verify(secret, CALL)).toMatchObject({ ok: true });
  });

  test("moving is no event, and changes nothing that a caller sees", async () => {
    const before = createWorld({ repository: await open(), peppers: [OLD], kinds });
    const { secret, token } = await before.issue();
    const after = before.node({ peppers: [NEW, OLD] });
    await after.verify(secret, CALL);
    await after.close();
    expect((await before.trail()).map(({ type }) => type)).toEqual(["token.issued"]);
    expect(await after.get({ tokenId: token.id, actor: SYSTEM })).toEqual({
      ...token,
      lastUsedAt: new Date(before.clock.now()),
    });
  });

  test("many calls at once move it once, and a change made meanwhile stays", async () => {
    const before = createWorld({ repository: await open(), peppers: [OLD], kinds });
    const { secret, token } = await before.issue();
    const after = before.node({ peppers: [NEW, OLD] });
    const calls = Array.from({ length: 10 }, () => after.verify(secret, CALL));
    const renamed = after.update({ tokenId: token.id, actor: SYSTEM, name: "renamed" });
    for (const verdict of await Promise.all(calls)) expect(verdict.ok).toBe(true);
    await renamed;
    await after.verify(secret, CALL);
    await after.close();
    expect(await before.repository.findById(token.id)).toMatchObject({
      name: "renamed",
      pepper: "2026",
    });
  });
});

test("moving that fails is told of and refuses no call", async () => {
  const watched = watchedRepository(memoryRepository());
  const before = createWorld({ repository: watched.repository, peppers: [OLD], kinds });
  const { secret } = await before.issue();
  const after = before.node({ peppers: [NEW, OLD] });
  watched.failing.add("commit");
  expect(await after.verify(secret, CALL)).toMatchObject({ ok: true });
  await after.close();
  expect(before.errors).toMatchObject([{ code: "unavailable" }]);
  watched.failing.clear();
  await after.verify(secret, CALL);
  expect(before.errors).toHaveLength(1);
  before.clock.set(before.clock.now() + 60_000);
  await after.verify(secret, CALL);
  await after.close();
  expect(await before.node({ peppers: [NEW] }).verify(secret, CALL)).toMatchObject({ ok: true });
});

test("a refused call moves nothing", async () => {
  const watched = watchedRepository(memoryRepository());
  const before = createWorld({ repository: watched.repository, peppers: [OLD], kinds });
  const { secret } = await before.issue();
  const after = before.node({ peppers: [NEW, OLD] });
  watched.calls.length = 0;
  await after.verify(secret, { ...CALL, method: "OPTIONS" });
  await after.close();
  expect(watched.calls).not.toContain("commit");
});
