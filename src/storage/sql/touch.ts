import { type Kysely, sql } from "kysely";
import type { Repository, Use } from "../../ports/repository.ts";
import { type Prepared, prepare } from "./prepared.ts";
import { retrying } from "./retry.ts";
import { whole } from "./row.ts";
import type { SqlContext } from "./sql-context.ts";
import type { Tables } from "./tables.ts";

type Note = (db: Kysely<Tables>, uses: readonly Use[]) => Promise<void>;

/** How many uses one statement notes: a batch is cut into the largest that fit. Few sizes, so that each is compiled once. */
const SIZES = [128, 16, 1] as const;

/** Notes a batch of uses in one transaction, each column forward only. */
export function touch(context: SqlContext): Repository["touch"] {
  const { db, capabilities } = context;
  const note = capabilities.updateFrom ? noteTogether(context) : noteOneByOne(db);
  return async (uses) => {
    if (uses.length === 0) return;
    const rounds = inRounds(uses);
    await retrying(
      () =>
        db.transaction().execute(async (transaction) => {
          for (const round of rounds) await note(transaction, round);
        }),
      capabilities.isLostRace,
    );
  };
}

/** Parts uses so that none of a part is of the same token as another: a statement looks at a token once. */
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
  return rounds;
}

function noteTogether({ db, capabilities }: SqlContext): Note {
  const statements = SIZES.map((size) => ({
    size,
    run: prepareNote(db, size, capabilities.columnTypes),
  }));
  return async (transaction, uses) => {
    let start = 0;
    for (const { size, run } of statements) {
      for (; uses.length - start >= size; start += size) {
        const part = uses.slice(start, start + size);
        await run(
          transaction,
          part.flatMap(({ id, usedAt, expiresAt, decidedOn = null }) => [
            id,
            usedAt,
            expiresAt,
            decidedOn,
          ]),
        );
      }
    }
  };
}

function noteOneByOne(db: Kysely<Tables>): Note {
  const run = prepareNoteOne(db);
  return async (transaction, uses) => {
    for (const use of uses) await run(transaction, { ...use, decidedOn: use.decidedOn ?? null });
  };
}

/** `size` uses as one list of values. Types are given with the first: PostgreSQL takes those of all others from it. */
function prepareNote(
  db: Kysely<Tables>,
  size: number,
  types: SqlContext["capabilities"]["columnTypes"],
): Prepared<readonly (string | number | null)[], unknown> {
  const [text, integer] = [sql.raw(types.text), sql.raw(types.integer)];
  return prepare((parameter) => {
    const uses = Array.from({ length: size }, (_, index) => {
      const [first, second, third, fourth] = [0, 1, 2, 3].map((column) =>
        parameter(4 * index + column),
      );
      return index === 0
        ? sql`(cast(${first} as ${text}), cast(${second} as ${integer}), cast(${third} as ${integer}), cast(${fourth} as ${integer}))`
        : sql`(${first}, ${second}, ${third}, ${fourth})`;
    });
    return sql`
      with uses (id, used_at, expires_at, decided_on) as (values ${sql.join(uses)})
      update tokenry_tokens set
        last_used_at = case
          when tokenry_tokens.last_used_at >= uses.used_at then tokenry_tokens.last_used_at
          else uses.used_at end,
        expires_at = case
          when uses.expires_at > tokenry_tokens.expires_at
            and tokenry_tokens.expires_at >= coalesce(uses.decided_on, tokenry_tokens.expires_at)
          then uses.expires_at
          else tokenry_tokens.expires_at end
      from uses
      where tokenry_tokens.id = uses.id
        and (tokenry_tokens.expires_at is null or tokenry_tokens.expires_at > uses.used_at)
    `.compile(db);
  });
}

function prepareNoteOne(db: Kysely<Tables>): Prepared<Required<Use>, unknown> {
  return prepare((parameter) => {
    const [usedAt, expiresAt] = [parameter("usedAt"), parameter("expiresAt")];
    return sql`
      update tokenry_tokens set
        last_used_at = case when last_used_at >= ${usedAt} then last_used_at else ${usedAt} end,
        expires_at = case
          when ${expiresAt} > expires_at
            and expires_at >= coalesce(${parameter("decidedOn")}, expires_at)
          then ${expiresAt}
          else expires_at end
      where id = ${parameter("id")} and (expires_at is null or expires_at > ${usedAt})
    `.compile(db);
  });
}
