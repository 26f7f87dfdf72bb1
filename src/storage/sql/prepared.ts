import type { CompiledQuery, Kysely, QueryResult } from "kysely";
import type { Tables } from "./tables.ts";

/** Stands in a statement for a value that each run gives. */
type Placeholder<Parameters> = <Name extends keyof Parameters>(name: Name) => Parameters[Name];

/** A statement that was built and compiled once: building costs more than running it on SQLite does. */
export type Prepared<Parameters, Result> = (
  db: Kysely<Tables>,
  parameters: Parameters,
) => Promise<QueryResult<Result>>;

class Parameter {
  readonly name: PropertyKey;

  constructor(name: PropertyKey) {
    this.name = name;
  }
}

/** A statement that was compiled, with the places of values that each run gives. */
export interface Template<Parameters> {
  readonly sql: string;
  /** The statement as one run sends it. */
  readonly fill: (parameters: Parameters) => CompiledQuery;
}

/**
 * Compiles a statement in which `parameter(name)` stands for values that change from run to run; all else in it is fixed.
 *
 * @example
 * const find = prepare<{ id: string }, Row>((parameter) =>
 *   db.selectFrom("tokenry_tokens").selectAll().where("id", "=", parameter("id")).compile());
 * const { rows } = await find(db, { id });
 */
export function prepare<Parameters extends object, Result>(
  build: (parameter: Placeholder<Parameters>) => CompiledQuery<Result>,
): Prepared<Parameters, Result> {
  const { fill } = template<Parameters>(build);
  return (db, parameters) => db.executeQuery<Result>(fill(parameters));
}

/** The same, for those who send the statement themselves. */
export function template<Parameters extends object>(
  build: (parameter: Placeholder<Parameters>) => CompiledQuery,
): Template<Parameters> {
  // Kysely hands a value on without looking at it, so a marker passes for the value that takes its place in each run.
  const compiled = build((name) => new Parameter(name) as never);
  return {
    sql: compiled.sql,
    fill: (given) => ({ ...compiled, parameters: compiled.parameters.map(filled(given)) }),
  };
}

function filled<Parameters extends object>(given: Parameters): (value: unknown) => unknown {
  return (value) => (value instanceof Parameter ? given[value.name as keyof Parameters] : value);
}
