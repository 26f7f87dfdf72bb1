import { type Kysely, type RawBuilder, sql } from "kysely";
import type { Repository, Use } from "../../ports/repository.ts";
import type { Deadlines } from "./deadline.ts";
import { type ListFunction, listed } from "./lists.ts";
import { type Prepared, prepare } from "./prepared.ts";
import { whole } from "./row.ts";
import type { SqlContext } from "./sql-context.ts";
import type { Tables } from "./tables.ts";
import { inTransaction } from "./transaction.ts";

/** Uses of one statement. */
const MOST_USES = 1000;

type Note = (context: SqlContext, uses: readonly Use[]) => Promise<void>;

/** Notes a batch of uses, each column forward only. */
export function touch(context: SqlContext, deadlines: Deadlines): Repository["touch"] {
  const { lists } = context.capabilities;
  const note = lists === "none" ? noteOneByOne(context.db) : noteTogether(context.db, lists);
  return async (uses) => {
    const rounds = inRounds(uses);
    if (rounds.length === 0) return;
    await deadlines.boundEach(context, async (each) => {
      for (const round of rounds) await note(each, round);
    });
  };
}

/**
 * Parts uses so that none of a part is of the same token as another: a statement looks at a token once. In the order of ids, as it also
 * locks them, so that two nodes that write at once do not wait for each other in a circle.
 */
function inRounds(uses: readonly Use[]): readonly (readonly Use[])[] {
  const counts = new Map<string, number>();
  const rounds: Use[][] = [];
  for (const use of uses) {
    whole(use.usedAt, "usedAt");
    whole(use.expiresAt, "expiresAt");
    whole(use.decidedOn ?? null, "decidedOn");
    const count = counts.get(use.id) ?? 0;
    counts.set(use.id, count + 1);
    rounds[count] ??= [];
    rounds[count].push(use);
  }
  return rounds.map((round) => round.sort((a, b) => (a.id < b.id ? -1 : 1)));
}

/** By one statement for up to {@link MOST_USES}, each of them whole by itself: what was noted when a later one fails stays noted. */
function noteTogether(db: Kysely<Tables>, list: ListFunction): Note {
  const run = prepare<{ uses: string }, unknown>((parameter) =>
    updateFrom(list, parameter("uses")).compile(db),
  );
  return async (context, uses) => {
    for (let start = 0; start < uses.length; start += MOST_USES) {
      const part = uses.slice(start, start + MOST_USES).map(listedUse);
      const parameters = { uses: JSON.stringify(part) };
      // In a transaction for its isolation: under a host's default of "serializable" uses and reads would fail for each other.
      await inTransaction(context, (transaction) => run(transaction, parameters));
    }
  };
}

function noteOneByOne(db: Kysely<Tables>): Note {
  const run = prepareNoteOne(db);
  return (context, uses) =>
    inTransaction(context, async (transaction) => {
      for (const use of uses) await run(transaction, { ...use, decidedOn: use.decidedOn ?? null });
    });
}

const USE_COLUMNS = {
  id: "text",
  used_at: "integer",
  expiry: "integer",
  decided_on: "integer",
} as const;

/** Nothing in the place of null, which is null in every database. */
function listedUse({ id, usedAt, expiresAt, decidedOn }: Use): Readonly<Record<string, unknown>> {
  return {
    id,
    used_at: usedAt,
    expiry: expiresAt ?? undefined,
    decided_on: decidedOn ?? undefined,
  };
}

function updateFrom(list: ListFunction, json: unknown): RawBuilder<unknown> {
  const tokens = sql.table("tokenry_tokens");
  const uses = listed(list, "uses", USE_COLUMNS, json);
  const column = (name: string): RawBuilder<unknown> => sql.ref(`tokenry_tokens.${name}`);
  const moved = noted(column, {
    usedAt: sql.ref("uses.used_at"),
    expiresAt: sql.ref("uses.expiry"),
    decidedOn: sql.ref("uses.decided_on"),
  });
  const isItsOwn = sql`${column("id")} = ${sql.ref("uses.id")}`;
  // The list comes first, whatever the planner makes of it: its order is that of the locks.
  return list === "json_table"
    ? sql`update ${uses} straight_join ${tokens} on ${isItsOwn} set ${moved.set} where ${moved.isAlive}`
    : sql`update ${tokens} set ${moved.set} from ${uses} where ${isItsOwn} and ${moved.isAlive}`;
}

function prepareNoteOne(db: Kysely<Tables>): Prepared<Required<Use>, unknown> {
  return prepare((parameter) => {
    const use = {
      usedAt: parameter("usedAt"),
      expiresAt: parameter("expiresAt"),
      decidedOn: parameter("decidedOn"),
    };
    const moved = noted((name) => sql.ref(name), use);
    const tokens = sql.table("tokenry_tokens");
    return sql`update ${tokens} set ${moved.set} where id = ${parameter("id")} and ${moved.isAlive}`.compile(
      db,
    );
  });
}

/** What a use sets, and while what holds. */
function noted(
  column: (name: string) => RawBuilder<unknown>,
  { usedAt, expiresAt, decidedOn }: Readonly<Record<"usedAt" | "expiresAt" | "decidedOn", unknown>>,
): { readonly set: RawBuilder<unknown>; readonly isAlive: RawBuilder<unknown> } {
  const [lastUsed, expiry] = [column("last_used_at"), column("expires_at")];
  const moves = sql`${expiresAt} > ${expiry} and ${expiry} >= coalesce(${decidedOn}, ${expiry})`;
  return {
    // The mark before the expiry: MySQL sets one column after the other, and compares with what is set already.
    set: sql`
      last_used_at = case when ${lastUsed} >= ${usedAt} then ${lastUsed} else ${usedAt} end,
      reminded_from = case when ${moves} then null else ${column("reminded_from")} end,
      expires_at = case when ${moves} then ${expiresAt} else ${expiry} end`,
    isAlive: sql`(${expiry} is null or ${expiry} > ${usedAt})`,
  };
}
