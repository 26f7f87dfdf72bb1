import assert from "node:assert/strict";
import {
  createTokenry,
  type Directory,
  type Repository,
  type StoredToken,
} from "../../../src/index.ts";
import { stopwatch } from "../stopwatch.ts";
import { codesOf } from "./judge.ts";
import type { Known } from "./log.ts";
import { ADDRESS, APIS, EPOCH, KINDS, METHODS, sharedClock } from "./scene.ts";
import type { History, TokenState } from "./trail.ts";

/** What is looked at in the end, by a node that remembers nothing. */
export interface EndWorld {
  readonly repository: Repository;
  readonly directory: Directory;
  readonly origin: string;
}

/** What is stored is what the acknowledged changes say, field by field: none was undone, and no token came back. */
export async function compareStored(
  repository: Repository,
  history: History,
  owners: readonly string[],
): Promise<void> {
  const pages = await Promise.all(
    owners.map((owner) => repository.listByOwner({ owner, limit: 10_000 })),
  );
  const stored = pages.flat();
  const living = [...history.tokens]
    .map(([id, steps]) => ({ id, state: steps.at(-1)?.state as TokenState }))
    .filter(({ state }) => state.secret !== undefined);
  assert.deepEqual(
    stored.map(shownOf).sort(byId),
    living.map(({ id, state: { secret, ...state } }) => ({ id, ...state })).sort(byId),
  );
}

/** An expiry that use moves is shown as none: it lies further off than any other. */
function shownOf(token: StoredToken): { readonly id: string } {
  const { id, kind, owner, name, slot, access, network, version } = token;
  const isMoved = kind === "sliding" || slot === "primary";
  if (isMoved) assert.ok((token.expiresAt ?? 0) > EPOCH, `${id} has lost its expiry`);
  const expiresAt = isMoved ? null : token.expiresAt;
  return { id, ...{ kind, owner, name, slot, access, network, expiresAt, version } };
}

function byId(left: { readonly id: string }, right: { readonly id: string }): number {
  return left.id < right.id ? -1 : 1;
}

/** The latest secret of each token opens it, as its rules say; no other that was ever given does. */
export async function compareSecrets(
  { repository, directory, origin }: EndWorld,
  history: History,
  secrets: readonly Known[],
): Promise<void> {
  const elapsed = stopwatch(origin);
  const clock = sharedClock(elapsed);
  const node = createTokenry({ kinds: KINDS, apis: APIS, directory, repository, clock });
  for (const { name, tokenId, secret } of secrets) {
    const state = history.tokens.get(tokenId)?.at(-1)?.state as TokenState;
    const begun = elapsed();
    const verdict = await node.verify(secret, {
      ...{ api: "orders", method: METHODS[0], address: ADDRESS },
    });
    const call = { secret: name, method: 0, begun, ended: elapsed() };
    const expected = codesOf(state, { active: true, apiAccess: true }, call);
    const code = verdict.ok ? "ok" : verdict.code;
    assert.ok(expected.includes(code), `${code} instead of ${expected.join(" or ")} for ${name}`);
  }
  await node.close();
}
