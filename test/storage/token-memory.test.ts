import { describe, expect, test } from "vitest";
import { createTokenMemory } from "../../src/storage/token-memory.ts";
import { sampleHash, sampleToken } from "../../src/testing/repository/samples.ts";

const ZONES = { revision: 0, zones: [] };

function memoryOf(max: number) {
  return createTokenMemory({ ttlMs: 1000, max, now: () => 0 });
}

describe.each([1, 2, 4, 10, 101])("a memory of %i tokens", (max) => {
  test("CORE-36 forgets a token whatever was kept and shown before", () => {
    const memory = memoryOf(max);
    const tokens = Array.from({ length: 3 * max }, () => sampleToken({ hash: sampleHash() }));
    for (let round = 0; round < 3; round++) {
      for (const token of tokens) {
        memory.keep(token.hash ?? "", { token, zones: ZONES }, 0);
        memory.show([{ id: token.id, usedAt: round + 1, expiresAt: null }]);
        const other = tokens[(tokens.indexOf(token) * 7) % tokens.length];
        memory.recall(other?.hash ?? "");
        memory.show([{ id: other?.id ?? "", usedAt: round + 1, expiresAt: null }]);
      }
    }
    for (const token of tokens) {
      memory.forget(`token:${token.id}`);
      expect(memory.recall(token.hash ?? "")).toBeUndefined();
    }
  });

  test("keeps no more than that", () => {
    const memory = memoryOf(max);
    const tokens = Array.from({ length: 3 * max }, () => sampleToken({ hash: sampleHash() }));
    for (const token of tokens) memory.keep(token.hash ?? "", { token, zones: ZONES }, 0);
    const kept = tokens.filter(({ hash }) => memory.recall(hash ?? "") !== undefined);
    expect(kept.length).toBeLessThanOrEqual(max);
    expect(kept.length).toBeGreaterThan(0);
  });
});

test("a secret regenerated on another node leaves nothing of the one before", () => {
  const memory = memoryOf(10);
  const before = sampleToken({ hash: sampleHash() });
  const after = { ...before, hash: sampleHash() };
  memory.keep(before.hash ?? "", { token: before, zones: ZONES }, 0);
  memory.keep(after.hash, { token: after, zones: ZONES }, 0);
  expect(memory.recall(before.hash ?? "")).toBeUndefined();
  expect(memory.recall(after.hash)?.token.id).toBe(after.id);
});

test("what a look-up found is as old as its beginning", () => {
  let now = 0;
  const memory = createTokenMemory({ ttlMs: 1000, max: 10, now: () => now });
  const token = sampleToken({ hash: sampleHash() });
  now = 900;
  memory.keep(token.hash ?? "", { token, zones: ZONES }, 0);
  expect(memory.recall(token.hash ?? "")).toBeDefined();
  now = 1000;
  expect(memory.recall(token.hash ?? "")).toBeUndefined();
});
