import { describe, expect, test } from "vitest";
import type { Repository } from "../../src/index.ts";
import { ACCOUNT, ADA, BOB, MANAGER, OTHER_ACCOUNT, STRANGER } from "../support/directory.ts";
import { faultOf, readable } from "./named-errors.ts";
import { POSITIONS, type Position } from "./positions.ts";
import { isQuick } from "./quick.ts";
import { createTarget, type Target } from "./target.ts";
import { HOSTILE_VALUES } from "./values.ts";

/** The place that a message must begin with. */
const PATH =
  /^(?:request|kind|owner|actor|name|access|network|budgets|expiresIn|tokenId|code|reason|cursor|limit|account|ranges|blocked|secret|ownerId|every|report|types|since|until|id|channel|credential)\b/;

type Ended = { readonly value: unknown } | { readonly error: unknown };

/** A call may throw at once, or reject. */
async function endOf(call: () => unknown): Promise<Ended> {
  try {
    return { value: await call() };
  } catch (error) {
    return { error };
  }
}

/** All that is stored, by the repository's own reads. */
async function stored(repository: Repository): Promise<string> {
  const owners = [ADA, BOB, MANAGER, STRANGER, "nobody"];
  const accounts = [ACCOUNT, OTHER_ACCOUNT];
  const parts = [
    ...owners.map((owner) => repository.listByOwner({ owner, limit: 1000 })),
    ...accounts.map((account) => repository.zones(account)),
    ...accounts.map((account) => repository.events({ account, limit: 10_000 })),
  ];
  return JSON.stringify(await Promise.all(parts));
}

/** What is wrong with how a hostile value was taken, if anything. */
async function faultIn(
  target: Target,
  position: Position,
  value: unknown,
): Promise<string | undefined> {
  const before = await stored(target.world.repository);
  let ended: Ended = { error: undefined };
  const wasQuick = await isQuick(async () => {
    ended = await endOf(() => position.call(target, value));
  });
  if (!wasQuick) return "took too long";
  if ("value" in ended) return position.isRight(value) ? undefined : "was accepted";
  const after = await stored(target.world.repository);
  return faultOf(ended.error, PATH) ?? (after === before ? undefined : "stored something");
}

describe.each(POSITIONS)("$label", (position) => {
  test("what is no right value is refused by name, at once, and stores nothing", async () => {
    const target = await createTarget();
    const faults: string[] = [];
    for (const { label, make } of HOSTILE_VALUES) {
      const fault = await faultIn(target, position, make());
      if (fault !== undefined) faults.push(`${label}: ${fault}`);
    }
    await target.world.tokens.close();
    expect(faults).toEqual([]);
  });

  test("a secret in the wrong place is in no error", async () => {
    const target = await createTarget();
    const { secret } = target;
    const leaks: string[] = [];
    const wrongs = [
      secret,
      `${secret} `,
      [secret],
      { [secret]: secret },
      { name: secret },
      { months: secret },
    ];
    for (const wrong of wrongs) {
      const ended = await endOf(() => position.call(target, wrong));
      if ("error" in ended && readable(ended.error).includes(secret.slice(-38))) {
        leaks.push(JSON.stringify(wrong));
      }
    }
    await target.world.tokens.close();
    expect(leaks).toEqual([]);
  });
});
