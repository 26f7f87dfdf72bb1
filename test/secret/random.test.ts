import { afterEach, expect, test, vi } from "vitest";

afterEach(() => {
  vi.restoreAllMocks();
});

/** A fresh source, with the pools that it has the platform's CSPRNG fill: the n-th with the number n. */
async function source(): Promise<{ draw: () => number; pools: Uint8Array[] }> {
  vi.resetModules();
  const pools: Uint8Array[] = [];
  vi.spyOn(crypto, "getRandomValues").mockImplementation((pool) => {
    const filled = pool as unknown as Uint8Array;
    pools.push(filled);
    filled.fill(pools.length);
    return pool;
  });
  const { randomByte } = await import("../../src/secret/random.ts");
  return { draw: randomByte, pools };
}

test("ASVS 6.5.3 each byte is drawn from the CSPRNG, none before it is filled, each used once", async () => {
  const { draw, pools } = await source();
  expect(pools).toHaveLength(0);
  const first = draw();
  const size = pools[0]?.length ?? 0;
  const rest = Array.from({ length: 2 * size - 1 }, draw);
  expect([first, ...rest]).toStrictEqual([
    ...Array.from({ length: size }, () => 1),
    ...Array.from({ length: size }, () => 2),
  ]);
  expect(pools).toHaveLength(2);
});

test("a used byte is gone from the pool at once, an unused one is not", async () => {
  const { draw, pools } = await source();
  for (let count = 0; count < 5; count++) draw();
  const pool = [...(pools[0] ?? [])];
  expect(pool.slice(0, 6)).toStrictEqual([0, 0, 0, 0, 0, 1]);
});
