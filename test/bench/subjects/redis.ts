import { type Command, Redis } from "ioredis";
import type { BudgetStore } from "tokenry";
import { tokenryRedis } from "../built.ts";
import { type Call, compareLoads } from "../load.ts";
import { atLeastTimesFloor, loadTable, type Row } from "../load-table.ts";
import { serverUrl } from "../servers.ts";
import type { Subject } from "../subject.ts";
import { SPENDERS, takeNext } from "../takes.ts";
import { createWorld, verifyInTurn, verifyNext } from "../world.ts";

const TOKENS_OF_WORLD = 10_000;

/** How many calls are in flight, and how many times the floor is promised. */
const LOADS = [
  { inFlight: 1, least: 0.9 },
  { inFlight: 32 },
  { inFlight: 256, least: 1.5 },
] as const;

export const subject: Subject = loadTable({
  title: `budgets on Redis through ioredis: the token's and its account's, ${SPENDERS.tokens} tokens in ${SPENDERS.accounts} accounts`,
  notes: [
    "floor: EVALSHA of the same script for one take; a client of the same kind, as many in flight",
    "trips: commands a call",
  ],
  servers: ["redis"],
  cases: [
    ...LOADS.map((load) => ({
      name: `take, ${load.inFlight} in flight`,
      measure: () => beside(load.inFlight, async (budgets) => takeNext(budgets)),
      ...("least" in load && {
        target: atLeastTimesFloor(
          load.least,
          `budgets on Redis, ${load.inFlight} in flight: at least ${load.least} × the floor`,
        ),
      }),
    })),
    {
      name: "verify, cache warm, 1 in flight",
      measure: () => beside(1, verifyCall),
      target: {
        claim: "verify with a warm cache and budgets on Redis: one round trip",
        figure: ({ trips = 0 }: Row) => trips.toFixed(3),
        isMet: ({ trips }: Row) => trips === 1,
      },
    },
    { name: "verify, cache warm, 256 in flight", measure: () => beside(256, verifyCall) },
  ],
});

async function beside(
  inFlight: number,
  make: (budgets: BudgetStore) => Promise<Call>,
): Promise<Row> {
  const client = new Redis(serverUrl("redis"));
  const floorClient = new Redis(serverUrl("redis"));
  try {
    const prefix = `tokenry-bench-${process.pid}:`;
    const call = await make(tokenryRedis().redisBudgets({ client, prefix, onOutage: "deny" }));
    const floor = await replayTakes(floorClient, prefix);
    const compared = await compareLoads(floor, call, inFlight);
    return { ...compared, trips: await countCommands(client, call, inFlight) };
  } finally {
    client.disconnect();
    floorClient.disconnect();
  }
}

/** What the client is sent for a take of each token, sent again and again without anything around it. */
async function replayTakes(client: Redis, prefix: string): Promise<Call> {
  const call = takeNext(tokenryRedis().redisBudgets({ client, prefix }));
  // Alone, as the script may be loaded first.
  await call();
  const commands = await recordCommands(client, async () => {
    for (let token = 0; token < SPENDERS.tokens; token++) await call();
  });
  const isEvalsha = commands.every(({ name }) => name.toLowerCase() === "evalsha");
  if (!isEvalsha || commands.length !== SPENDERS.tokens)
    throw new Error("a take is not one EVALSHA");
  let turn = 0;
  return async () => {
    const [sha = "", keys = 0, ...given] = commands[turn++ % SPENDERS.tokens]?.args ?? [];
    return client.evalsha(String(sha), Number(keys), ...given);
  };
}

type Sent = Pick<Command, "name"> & { readonly args: readonly (string | Buffer | number)[] };

/** The commands that a client is given during some work. */
async function recordCommands(client: Redis, work: () => Promise<void>): Promise<readonly Sent[]> {
  const sent: Sent[] = [];
  const { sendCommand } = client;
  client.sendCommand = (command, stream) => {
    // A cast, as arguments have no lists in them once a command is made.
    sent.push({ name: command.name, args: [...command.args] as Sent["args"] });
    return sendCommand.call(client, command, stream);
  };
  try {
    await work();
  } finally {
    client.sendCommand = sendCommand;
  }
  return sent;
}

async function verifyCall(budgets: BudgetStore): Promise<Call> {
  const world = await createWorld(TOKENS_OF_WORLD, { budgets, cache: { ttl: { minutes: 10 } } });
  await verifyInTurn(world)(TOKENS_OF_WORLD);
  return verifyNext(world);
}

/** Commands a call, as the client is given them. */
async function countCommands(client: Redis, call: Call, inFlight: number): Promise<number> {
  const caller = async (): Promise<void> => {
    for (let calls = 0; calls < COUNTED; calls++) await call();
  };
  const commands = await recordCommands(client, async () => {
    await Promise.all(Array.from({ length: inFlight }, caller));
  });
  return commands.length / (COUNTED * inFlight);
}

/** Calls of each caller while commands are counted. */
const COUNTED = 20;
