import type { Network, StoredToken, Zone } from "tokenry";
import { compileNetwork, compileZones, decideNetwork } from "../../../src/network/decide.ts";
import { tokenry } from "../built.ts";
import { atMostTimesFloor, costTable, type Row } from "../cost-table.ts";
import { compare, type Loop } from "../measure.ts";
import { createRandom } from "../random.ts";
import { accountOf, networkOf, storedToken, TOKENS_PER_ACCOUNT } from "../samples.ts";
import type { Subject } from "../subject.ts";
import { createWorld, verifyInTurn } from "../world.ts";

const RANGES = 1000;

export const subject: Subject = costTable({
  title: "a zone of 1,000 ranges",
  floor: "the same with a rule of one range",
  unit: "ns",
  per: "call",
  cases: [
    {
      name: "the check of an address alone",
      measure: checkAlone,
      target: atMostTimesFloor(2.2, "a zone of 1,000 ranges: about twice (2.2 ×) a rule of one"),
    },
    { name: "verify, 10,000 tokens", measure: verify },
  ],
});

async function checkAlone(): Promise<Row> {
  const ranges = createRanges(RANGES);
  const oneRange = decide({ include: ["10.0.0.0/8"] }, [], createAddresses(["10.0.0.0/8"]));
  const zones = [{ name: "office", ranges, blocked: false }];
  return compare(oneRange, decide({ include: ["zone:office"] }, zones, createAddresses(ranges)));
}

/** Read and kept, so that the engine leaves out no call as one that nobody needs. */
const counted = { allowed: 0 };

function decide(network: Network, zones: readonly Zone[], addresses: readonly string[]): Loop {
  const rule = compileNetwork(network);
  const compiled = compileZones(zones);
  if (rule === undefined || compiled === undefined) throw new Error("a sample rule is unreadable");
  return async (calls) => {
    for (let call = 0; call < calls; call++) {
      const address = addresses[call % addresses.length];
      if (decideNetwork(rule, compiled, address).allowed) counted.allowed++;
    }
  };
}

async function verify(): Promise<Row> {
  const count = 10_000;
  const oneRange = await createWorld(count, {
    stored: withNetwork({ include: ["10.0.0.0-172.255.255.255"] }),
  });
  const zone = await createWorld(count, { stored: withNetwork({ include: ["zone:office"] }) });
  for (let index = 0; index < count; index += TOKENS_PER_ACCOUNT) {
    await zone.tokens.zones.put({
      account: accountOf(index),
      name: "office",
      ranges: [...(networkOf(index).include ?? []), ...createRanges(RANGES - 2)],
      actor: tokenry.SYSTEM,
    });
  }
  return compare(verifyInTurn(oneRange), verifyInTurn(zone));
}

function withNetwork(network: Network): typeof storedToken {
  return (secret, index, now): StoredToken => ({ ...storedToken(secret, index, now), network });
}

/** Ranges all over the addresses, as an office with many sites has them. */
function createRanges(count: number): string[] {
  const random = createRandom(count);
  const byte = (): number => Math.floor(random() * 256);
  return Array.from({ length: count }, (_, at) => `${20 + (at % 80)}.${byte()}.${byte()}.0/24`);
}

/** Addresses of which every second is in one of these ranges, in an order that no branch prediction learns. */
function createAddresses(ranges: readonly string[]): readonly string[] {
  const random = createRandom(1);
  return Array.from({ length: 4096 }, () => {
    const range = ranges[Math.floor(random() * ranges.length)] ?? "";
    const inside = range.replace(/\d+\/\d+$/, String(Math.floor(random() * 256)));
    const text = random() < 0.5 ? inside : inside.replace(/^\d+/, "200");
    return Buffer.from(text).toString();
  });
}
