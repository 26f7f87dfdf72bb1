import { costTable, type Row } from "../cost-table.ts";
import { createFloor } from "../floor.ts";
import { formatRate } from "../format.ts";
import { compare, type Loop } from "../measure.ts";
import { createSecrets } from "../samples.ts";
import type { Subject } from "../subject.ts";
import { createWorld, type World } from "../world.ts";

const COUNT = 10_000;
const LEAST_A_SECOND = 3_000_000;

export const subject: Subject = costTable({
  title: "refusals, 10,000 tokens",
  floor: "as for verify, of a token that is accepted",
  unit: "ns",
  per: "call",
  cases: [
    {
      name: "malformed: length, prefix, alphabet or checksum",
      measure: () => refusals("malformed_token", malformedSecrets),
      target: {
        claim: "malformed secrets: 3 M refused a second or more",
        figure: ({ figure }) => formatRate(1e9 / figure.median),
        isMet: ({ figure }) => 1e9 / figure.median >= LEAST_A_SECOND,
      },
    },
    {
      name: "unknown: well-formed, never issued",
      measure: () => refusals("unknown_token", unknownSecrets),
    },
  ],
});

async function refusals(
  code: string,
  makeSecrets: (secrets: readonly string[]) => readonly string[],
): Promise<Row> {
  const world = await createWorld(COUNT);
  return compare(createFloor(world.secrets), refuse(world, makeSecrets(world.secrets), code));
}

function refuse({ tokens, request }: World, secrets: readonly string[], code: string): Loop {
  let turn = 0;
  return async (calls) => {
    for (let call = 0; call < calls; call++) {
      const index = turn++ % secrets.length;
      const verdict = await tokens.verify(secrets[index], request(index));
      if (verdict.ok || verdict.code !== code) throw new Error(`not refused as ${code}`);
    }
  };
}

/** What may be wrong with a secret, in turn; the wrong checksum costs most to find. */
function malformedSecrets(secrets: readonly string[]): readonly string[] {
  const spoil = [
    (secret: string) => secret.slice(0, -1),
    (secret: string) => secret.replace("bench", "bunch"),
    (secret: string) => `${secret.slice(0, 20)}-${secret.slice(21)}`,
    (secret: string) => secret.slice(0, -1) + (secret.endsWith("a") ? "b" : "a"),
  ];
  return secrets.map((secret, index) =>
    Buffer.from(spoil[index % spoil.length]?.(secret) ?? "").toString(),
  );
}

/** Those that follow on the ones that are stored. */
function unknownSecrets(): readonly string[] {
  return createSecrets(2 * COUNT).slice(COUNT);
}
