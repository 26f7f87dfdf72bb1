import fc from "fast-check";
import { expect, test } from "vitest";
import type { Change, Committed, StoredToken, TokenGuard } from "../../../src/ports/repository.ts";
import { memoryRepository } from "../../../src/storage/memory/repository.ts";
import { sampleToken } from "../../../src/testing/repository/samples.ts";

type Conflict = Extract<Committed, { readonly ok: false }>;

/** Few of everything, so that steps meet. */
const id = fc.constantFrom("1", "2", "3", "4");
const owner = fc.constantFrom("alice", "bob");
const kind = fc.constantFrom("personal", "service");
const slot = fc.constantFrom(null, "primary", "backup");
const hash = fc.constantFrom(null, "a", "b", "c", "d");
const expiresAt = fc.constantFrom(null, 10, 20);

const version = fc.integer({ min: 1, max: 3 });
/** Most need the token to exist and no more, or few changes would get far. */
const guard: fc.Arbitrary<TokenGuard> = fc.oneof(
  { arbitrary: fc.record({ id }), weight: 6 },
  { arbitrary: fc.record({ id, version }), weight: 1 },
  { arbitrary: fc.record({ id, expiresAt }), weight: 1 },
);
const set = fc.record({ slot, hash, expiresAt, name: fc.constant("new") }, { requiredKeys: [] });
const update = fc.tuple(guard, set).map(([needed, changes]) => ({ ...needed, set: changes }));
const insert = fc
  .record({ id, owner, kind, slot, hash, expiresAt })
  .map((fields) => sampleToken(fields));
const change: fc.Arbitrary<Change> = fc.record({
  remove: fc.array(guard, { maxLength: 2 }),
  update: fc.array(update, { maxLength: 3 }),
  insert: fc.array(insert, { maxLength: 3 }),
  events: fc.constant([]),
});

/** The rules of a commit over a plain list, which is thrown away when one is broken. */
function commitToList(
  stored: readonly StoredToken[],
  { remove = [], update: updates = [], insert: inserts = [] }: Change,
): readonly StoredToken[] | Conflict {
  let tokens = stored;
  for (const needed of remove) {
    const token = find(tokens, needed);
    if ("conflict" in token) return token;
    tokens = without(tokens, token.id);
  }
  for (const step of updates) {
    const token = find(tokens, step);
    if ("conflict" in token) return token;
    const next = { ...token, ...step.set, version: token.version + 1 };
    tokens = without(tokens, token.id);
    if (tokens.some((other) => collides(other, next))) return slotConflict(next);
    tokens = [...tokens, next];
  }
  for (const token of inserts) {
    const isTaken = tokens.some((other) => other.id === token.id || collides(other, token));
    if (isTaken) return slotConflict(token);
    tokens = [...tokens, token];
  }
  return tokens;
}

function find(tokens: readonly StoredToken[], needed: TokenGuard): StoredToken | Conflict {
  const token = tokens.find((other) => other.id === needed.id);
  if (token === undefined) return { ok: false, conflict: "missing", id: needed.id };
  const { version = token.version } = needed;
  const expiry = needed.expiresAt === undefined ? token.expiresAt : needed.expiresAt;
  if (token.version === version && token.expiresAt === expiry) return token;
  return { ok: false, conflict: "version", id: needed.id };
}

function without(tokens: readonly StoredToken[], gone: string): readonly StoredToken[] {
  return tokens.filter((token) => token.id !== gone);
}

function collides(one: StoredToken, other: StoredToken): boolean {
  const isSameSlot = one.slot !== null && one.slot === other.slot;
  if (isSameSlot && one.owner === other.owner && one.kind === other.kind) return true;
  return one.hash !== null && one.hash === other.hash;
}

function slotConflict(token: StoredToken): Conflict {
  return { ok: false, conflict: "slot", id: token.id };
}

function compareBy(of: (token: StoredToken) => number) {
  return (one: StoredToken, other: StoredToken): number =>
    of(one) - of(other) || (one.id < other.id ? -1 : 1);
}

/** Every read of the repository shows the tokens of the list. */
async function expectReads(
  repository: ReturnType<typeof memoryRepository>,
  tokens: readonly StoredToken[],
): Promise<void> {
  for (const name of ["alice", "bob"]) {
    const owned = tokens.filter((token) => token.owner === name).sort(compareBy(() => 0));
    expect(await repository.listByOwner({ owner: name, limit: 99 })).toEqual(owned);
  }
  for (const key of ["a", "b", "c", "d"]) {
    const token = tokens.find((other) => other.hash === key);
    expect((await repository.findByHash([key]))?.token).toEqual(token);
  }
  const expiring = tokens.filter((token) => token.expiresAt !== null);
  const inOrder = expiring.sort(compareBy((token) => token.expiresAt ?? 0));
  expect(await repository.expiredBefore(99, 99)).toEqual(inOrder);
}

test("agrees with a plain list, whatever changes come and fail", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 12 }), async (changes) => {
      const repository = memoryRepository();
      let tokens: readonly StoredToken[] = [];
      for (const step of changes) {
        const outcome = commitToList(tokens, step);
        const committed = await repository.commit(step);
        expect(committed).toEqual("conflict" in outcome ? outcome : { ok: true });
        if (!("conflict" in outcome)) tokens = outcome;
        await expectReads(repository, tokens);
      }
    }),
    { numRuns: 300 },
  );
});
