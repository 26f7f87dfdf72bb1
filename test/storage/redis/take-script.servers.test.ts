import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  decideTake,
  levelAt,
  type Meter,
  meteredFrom,
  type Rate,
} from "../../../src/budget/decide.ts";
import { TAKE_SCRIPT } from "../../../src/storage/redis/take-script.ts";
import { describeWithServer } from "../../servers/index.ts";

const NOW = 1_790_000_000_000.25;

/** A meter, a rate and a cost, often at the very edge of a decision. */
interface Situation {
  readonly meter: Meter | undefined;
  readonly rate: Rate;
  readonly cost: number;
}

const rate: fc.Arbitrary<Rate> = fc.record({
  limit: fc.oneof(fc.integer({ min: 1, max: 100 }), fc.constantFrom(7, 1e9, 2 ** 53 - 1)),
  windowMs: fc.oneof(fc.integer({ min: 60_000, max: 1e9 }), fc.constant(86_400_000 / 7)),
});

const situation: fc.Arbitrary<Situation> = rate.chain((known) =>
  fc
    .record({
      isNew: fc.boolean(),
      level: fc.double({ min: 0, max: 2 * known.limit, noNaN: true }),
      agoMs: fc.oneof(
        fc.constantFrom(
          -known.windowMs,
          -known.windowMs - 1,
          1 - known.windowMs,
          0,
          known.windowMs,
        ),
        fc.double({ min: -2 * known.windowMs, max: 2 * known.windowMs, noNaN: true }),
      ),
      cost: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constant(undefined)),
      over: fc.constantFrom(-1, 0, 5e-7, 9e-7, 1e-6, 1.1e-6, 2e-6, 9e-6),
    })
    .map(({ isNew, level, agoMs, cost, over }) => {
      const meter = isNew ? undefined : { at: NOW - agoMs, level };
      const spent = levelNow(meter, known);
      return { meter, rate: known, cost: cost ?? known.limit - spent + over };
    }),
);

function levelNow(meter: Meter | undefined, known: Rate): number {
  return meter === undefined
    ? 0
    : levelAt({ ...meter, at: meteredFrom(meter, known, NOW) }, known, NOW);
}

/** What is to be kept afterwards. */
function meterAfter({ meter, rate: known, cost }: Situation): Meter | undefined {
  const level = levelNow(meter, known);
  const at = meter === undefined ? NOW : meteredFrom(meter, known, NOW);
  const { allowed } = decideTake([level], [known], cost);
  if (allowed) return { at: Math.max(at, NOW), level: level + cost };
  return meter === undefined ? undefined : { ...meter, at };
}

describeWithServer("redis", "the script", (url) => {
  const redis = new Redis(url, { lazyConnect: true });
  beforeAll(() => redis.connect());
  afterAll(() => redis.disconnect());

  const keep = async (key: string, { at, level }: Meter) => {
    const bytes = Buffer.alloc(16);
    bytes.writeDoubleBE(at);
    bytes.writeDoubleBE(level, 8);
    await redis.set(key, bytes);
  };
  const kept = async (key: string): Promise<Meter | undefined> => {
    const bytes = await redis.getBuffer(key);
    return bytes === null ? undefined : { at: bytes.readDoubleBE(0), level: bytes.readDoubleBE(8) };
  };

  test("decides, levels and keeps to the last bit as budget/decide does", async () => {
    await fc.assert(
      fc.asyncProperty(situation, async (given) => {
        const key = randomUUID();
        const { meter, rate: known, cost } = given;
        if (meter !== undefined) await keep(key, meter);
        const takes = JSON.stringify([NOW, cost, 1, 1, known.limit, known.windowMs]);
        const answer = await redis.eval(TAKE_SCRIPT, 1, key, takes, "caller");
        const level = levelNow(meter, known);
        const { allowed } = decideTake([level], [known], cost);
        expect(JSON.parse(String(answer))).toEqual([allowed ? 1 : 0, level]);
        expect(await kept(key)).toEqual(meterAfter(given));
        await redis.del(key);
      }),
      { numRuns: 2000 },
    );
  });

  test("a meter that is ahead of the time is kept for so much longer", async () => {
    const key = randomUUID();
    await keep(key, { at: NOW + 50_000, level: 1 });
    const takes = JSON.stringify([NOW, 1, 1, 1, 10, 60_000]);
    await redis.eval(TAKE_SCRIPT, 1, key, takes, "caller");
    expect(await redis.pttl(key)).toBeGreaterThan(2 * 60_000 + 50_000 - 10_000);
    await redis.del(key);
  });
});
