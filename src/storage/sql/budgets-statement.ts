import { type Kysely, type RawBuilder, sql } from "kysely";
import type { Tables } from "./tables.ts";

/** Numbers of a take in the third parameter: the places of its two meters, their limits and windows, the cost and the time. */
const NUMBERS_OF_TAKE = 8;

/**
 * A batch of takes in one statement for PostgreSQL: what `levelAt`, `meteredFrom` and `decideTake` of budget/decide do, in the same order
 * of operations on the same doubles, so that the two agree to the last bit.
 *
 * `$1`: the keys, each once. `$2`: the longest window of each. `$3`: `NUMBERS_OF_TAKE` numbers for each take, of two meters; of one
 * meter it names the same twice. Answers with one row: `before`, of each key in order `at` and `level`, separated by spaces, and `allowed`,
 * a 1 or 0 for each take.
 *
 * - `locked` waits for each row in the order of the keys, and then reads it as it is, not as it was when the statement began. Joining the
 *   keys lets no plan compare every row with every key, which one that was made while the table was small would do when it is not.
 * - `step` goes from take to take. `state` has two numbers for each key, `at` and `level`; a meter that is missing is empty since ever.
 *   `offset 0` keeps the planner from calculating a column again wherever it is used.
 * - Rows that were there are written over by their key, as the snapshot of the statement may not have the version that is locked. Rows that
 *   were missing are inserted, and where another process was first, that fails and with it the whole statement: it is then done again.
 * - The commit does not wait for the disk.
 */
export function takeStatement(db: Kysely<Tables>): string {
  const budgets = sql.table("tokenry_budgets");
  const columns = sql`(key, level, at, empty_from)`;
  const row = sql`key, level, at::bigint, empty_from::bigint`;
  return sql`
    with recursive
    locked as materialized (
      select budget.key, budget.at, budget.level
      from unnest($1::text[]) as asked (key) join ${budgets} as budget on budget.key = asked.key
      order by budget.key
      for no key update of budget
    ),
    meter as materialized (
      select asked.key, 2 * (asked.place - 1) as place, asked.window_ms, locked.key is null as is_new,
        coalesce(locked.at::float8, '-infinity') as at, coalesce(locked.level, 0) as level
      from unnest($1::text[], $2::float8[]) with ordinality as asked (key, window_ms, place)
      left join locked on locked.key = asked.key
    ),
    step (number, state, is_allowed) as (
      select 0, (
        select array_agg(value order by place, part)
        from meter cross join lateral (values (1, at), (2, level)) as parts (part, value)
      ), null::boolean
      union all ${nextStep()}
    ),
    changed as materialized (
      select key, is_new, new.level, new.at,
        ceil((new.at + 2 * window_ms) / greatest(60000, window_ms)) * greatest(60000, window_ms)
          as empty_from
      from step cross join meter
      cross join lateral (select state[place + 1] as at, state[place + 2] as level) as new
      where number = cardinality($3::float8[]) / ${sql.lit(NUMBERS_OF_TAKE)}
        and (new.at <> meter.at or new.level <> meter.level)
    ),
    overwritten as (
      insert into ${budgets} ${columns} select ${row} from changed where not is_new
      on conflict (key) do update
      set level = excluded.level, at = excluded.at, empty_from = excluded.empty_from
    ),
    inserted as (
      insert into ${budgets} ${columns} select ${row} from changed where is_new order by key
    )
    select set_config('synchronous_commit', 'off', true),
      (select array_to_string(state, ' ') from step where number = 0) as before,
      (select string_agg(is_allowed::int::text, '' order by number) from step where number > 0)
        as allowed
  `.compile(db).sql;
}

/** One take, on the state that the takes before it left. `a` and `b` are the places of its meters. */
function nextStep(): RawBuilder<unknown> {
  return sql`
    select number + 1,
      case
        when not is_allowed and from_a = state[a + 1] and from_b = state[b + 1] then state
        when a = b then state[:a] || array[at_a, left_a] || state[a + 3:]
        when a < b then
          state[:a] || array[at_a, left_a] || state[a + 3:b] || array[at_b, left_b] || state[b + 3:]
        else
          state[:b] || array[at_b, left_b] || state[b + 3:a] || array[at_a, left_a] || state[a + 3:]
      end,
      is_allowed
    from (
      select *,
        case when is_allowed then greatest(from_a, now) else from_a end as at_a,
        case when is_allowed then greatest(from_b, now) else from_b end as at_b,
        case when is_allowed then level_a + cost else state[a + 2] end as left_a,
        case when is_allowed then level_b + cost else state[b + 2] end as left_b
      from (
        select *,
          level_a + cost <= limit_a + 1e-6::float8 and level_b + cost <= limit_b + 1e-6::float8
            as is_allowed
        from (
          select *, ${levelOf("a")} as level_a, ${levelOf("b")} as level_b
          from (
            select *, ${countedFrom("a")} as from_a, ${countedFrom("b")} as from_b
            from (
              select number, state, ${takeNumbers()}
              from step
              where number < cardinality($3::float8[]) / ${sql.lit(NUMBERS_OF_TAKE)}
              offset 0
            ) as asked offset 0
          ) as counted offset 0
        ) as metered offset 0
      ) as decided offset 0
    ) as taken
  `;
}

function takeNumbers(): RawBuilder<unknown> {
  const names = ["a", "b", "limit_a", "limit_b", "window_a", "window_b", "cost", "now"];
  return sql.join(
    names.map((name, index) => {
      const place = sql`(${sql.lit(NUMBERS_OF_TAKE)} * number + ${sql.lit(index + 1)})`;
      const type = sql.raw(index < 2 ? "::int" : "");
      return sql`($3::float8[])[${place}]${type} as ${sql.ref(name)}`;
    }),
  );
}

/** `meteredFrom` */
function countedFrom(meter: "a" | "b"): RawBuilder<unknown> {
  const [place, window] = [sql.ref(meter), sql.ref(`window_${meter}`)];
  return sql`case when state[${place} + 1] - now >= ${window} then now else state[${place} + 1] end`;
}

/** `levelAt` */
function levelOf(meter: "a" | "b"): RawBuilder<unknown> {
  const [place, from] = [sql.ref(meter), sql.ref(`from_${meter}`)];
  const [limit, window] = [sql.ref(`limit_${meter}`), sql.ref(`window_${meter}`)];
  return sql`
    case when now <= ${from} then least(state[${place} + 2], ${limit})
    else greatest(0, least(state[${place} + 2], ${limit}) - ((now - ${from}) * ${limit}) / ${window})
    end
  `;
}
