import type { Change, StoredToken } from "../ports/repository.ts";
import { commit } from "./commit.ts";
import type { Context } from "./context.ts";
import { ownedTokens } from "./owned-tokens.ts";
import type { OwnerGroup } from "./owner-groups.ts";

/** Tokens changed in one commit: few enough that no other writer waits long. */
const LARGEST = 200;

/** How often a portion is tried again. */
const TRIES = 3;

/** A part of an owner's tokens. */
export interface Portion extends OwnerGroup {
  /** All tokens of the group, those that end first before the others: the first of them is in the first part. */
  readonly announced: readonly StoredToken[];
}

/** What a portion changes. */
export type ChangeOf = (portion: Portion) => Change;

/**
 * Commits what happens to groups of tokens, many owners in one commit. Where a commit is overtaken, each portion goes by itself, without
 * the tokens that someone else was at first.
 *
 * @returns how many tokens were changed.
 */
export async function commitGroups(
  context: Context,
  groups: readonly OwnerGroup[],
  changeOf: ChangeOf,
): Promise<number> {
  let changed = 0;
  for (const portions of packed(groups.flatMap(portionsOf))) {
    const committed = await commit(context, joined(portions.map(changeOf)));
    if (committed.ok) {
      changed += portions.reduce((sum, { tokens }) => sum + tokens.length, 0);
      continue;
    }
    for (const portion of portions) changed += await commitAlone(context, portion, changeOf);
  }
  return changed;
}

/** Looks again, and leaves out what someone else was at first. What is overtaken again and again is left to the next pass. */
async function commitAlone(
  context: Context,
  portion: Portion,
  changeOf: ChangeOf,
): Promise<number> {
  for (let tries = 0; tries < TRIES; tries++) {
    const left = await unchanged(context, portion);
    if (left.tokens.length === 0) return 0;
    const committed = await commit(context, changeOf(left));
    if (committed.ok) return left.tokens.length;
  }
  return 0;
}

async function unchanged(context: Context, portion: Portion): Promise<Portion> {
  const owned = await ownedTokens(context, portion.owner);
  const stored = new Map(owned.map((token) => [token.id, token]));
  const isUnchanged = ({ id, version, expiresAt }: StoredToken): boolean =>
    stored.get(id)?.version === version && stored.get(id)?.expiresAt === expiresAt;
  const { tokens, announced } = portion;
  return {
    ...portion,
    tokens: tokens.filter(isUnchanged),
    announced: announced.filter(isUnchanged),
  };
}

function portionsOf(group: OwnerGroup): readonly Portion[] {
  const announced = group.tokens.toSorted((a, b) => (a.expiresAt ?? 0) - (b.expiresAt ?? 0));
  const count = Math.ceil(announced.length / LARGEST);
  return Array.from({ length: count }, (_, index) => ({
    ...group,
    tokens: announced.slice(index * LARGEST, (index + 1) * LARGEST),
    announced,
  }));
}

function packed(portions: readonly Portion[]): readonly (readonly Portion[])[] {
  const packs: Portion[][] = [];
  let size = LARGEST;
  for (const portion of portions) {
    if (size + portion.tokens.length > LARGEST) {
      packs.push([]);
      size = 0;
    }
    packs.at(-1)?.push(portion);
    size += portion.tokens.length;
  }
  return packs;
}

function joined(changes: readonly Change[]): Change {
  return {
    remove: changes.flatMap(({ remove = [] }) => remove),
    update: changes.flatMap(({ update = [] }) => update),
    events: changes.flatMap(({ events }) => events),
  };
}
