import { hash, randomBytes } from "node:crypto";
import { tokenry } from "../built.ts";
import { costTable } from "../cost-table.ts";
import { compare, type Loop } from "../measure.ts";
import { openBetterAuth } from "../peers/better-auth.ts";
import { networkOf, ownerOf } from "../samples.ts";
import type { Subject } from "../subject.ts";
import { createWorld } from "../world.ts";

const COUNT = 10_000;

export const subject: Subject = costTable({
  title: "issue, with its event, in memory, beside 10,000 tokens",
  floor:
    "an awaited async function: 24 bytes of randomBytes as text, one native SHA-256, one record set in a Map",
  unit: "ns",
  per: "call",
  cases: [
    { name: "tokenry", measure: async () => compare(createFloor(), await issue()) },
    {
      name: "better-auth 1.7.5, 1 key",
      isPeer: true,
      measure: async () => compare(createFloor(), (await openBetterAuth(1)).issue),
    },
  ],
});

async function issue(): Promise<Loop> {
  const { tokens } = await createWorld(COUNT);
  let turn = 0;
  return async (calls) => {
    for (let call = 0; call < calls; call++) {
      const index = turn++ % COUNT;
      await tokens.issue({
        kind: "service",
        owner: ownerOf(index),
        actor: tokenry.SYSTEM,
        name: "bench",
        access: { orders: "read" },
        network: networkOf(index),
      });
    }
  };
}

function createFloor(): Loop {
  const rows = new Map<string, object>();
  const issueRow = async (owner: string): Promise<string> => {
    const secret = randomBytes(24).toString("base64url");
    rows.set(hash("sha256", secret, "hex"), { owner, createdAt: Date.now() });
    return secret;
  };
  return async (calls) => {
    for (let call = 0; call < calls; call++) await issueRow("owner");
  };
}
