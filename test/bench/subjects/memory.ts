import type { StoredToken } from "tokenry";
import { tokenry } from "../built.ts";
import { atMostTimesFloor, costTable, type Row } from "../cost-table.ts";
import { createSecrets, networkOf, ownerOf, storedToken } from "../samples.ts";
import { spreadOf } from "../spread.ts";
import type { Subject } from "../subject.ts";
import { createWorld, store, verifyInTurn } from "../world.ts";

export const subject: Subject = costTable({
  title: "memory per token (heap and external memory after full collections)",
  floor: "the same records as plain objects in a Map by hash",
  unit: "bytes",
  per: "token",
  cases: [
    {
      name: "stored, 1,000,000 tokens",
      measure: () => beside(1_000_000, storedToken, storedBytes),
      target: atMostTimesFloor(
        1.5,
        "memory per stored token, 1,000,000 tokens: at most 1.5 × the floor",
      ),
    },
    {
      name: "stored, 1,000,000 without network and access",
      measure: () => beside(1_000_000, smallToken, storedBytes),
    },
    {
      name: "issued, 100,000 tokens: with the event",
      measure: () => beside(100_000, storedToken, issuedBytes),
    },
    {
      name: "what the first verify adds, 100,000 tokens",
      measure: () => beside(100_000, storedToken, verifiedBytes),
    },
  ],
});

/** What each figure is taken of: kept in one place, so that nothing is collected before it has been measured. */
const kept: { subject: unknown } = { subject: undefined };

/** One measurement of each: memory has no noise that rounds could even out. */
async function beside(
  count: number,
  stored: typeof storedToken,
  measure: (secrets: readonly string[], stored: typeof storedToken) => Promise<number>,
): Promise<Row> {
  const secrets = createSecrets(count);
  const floor = mapBytes(secrets, stored) / count;
  kept.subject = undefined;
  const figure = (await measure(secrets, stored)) / count;
  return {
    figure: spreadOf([figure]),
    floor: spreadOf([floor]),
    ratio: spreadOf([figure / floor]),
  };
}

function mapBytes(secrets: readonly string[], stored: typeof storedToken): number {
  const before = usedBytes();
  const now = Date.now();
  const rows = new Map<string, StoredToken>();
  for (const [index, secret] of secrets.entries()) {
    const token = stored(secret, index, now);
    rows.set(token.hash ?? "", token);
  }
  kept.subject = rows;
  return usedBytes() - before;
}

async function storedBytes(
  secrets: readonly string[],
  stored: typeof storedToken,
): Promise<number> {
  const before = usedBytes();
  const repository = tokenry.memoryRepository();
  await store(repository, secrets, stored);
  kept.subject = repository;
  return usedBytes() - before;
}

async function issuedBytes({ length }: readonly string[]): Promise<number> {
  const { tokens } = await createWorld(length);
  const before = usedBytes();
  for (let index = 0; index < length; index++) {
    await tokens.issue({
      kind: "service",
      owner: ownerOf(index),
      actor: tokenry.SYSTEM,
      name: `build server ${index % 100}`,
      access: { orders: "read", invoices: "full" },
      network: networkOf(index),
    });
  }
  kept.subject = tokens;
  return usedBytes() - before;
}

async function verifiedBytes({ length }: readonly string[]): Promise<number> {
  const world = await createWorld(length);
  const before = usedBytes();
  await verifyInTurn(world)(length);
  kept.subject = world;
  return usedBytes() - before;
}

function smallToken(secret: string, index: number, now: number): StoredToken {
  return { ...storedToken(secret, index, now), network: null, access: null };
}

function usedBytes(): number {
  // The first collection may leave what the second finds: weak references, finished compilations.
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
