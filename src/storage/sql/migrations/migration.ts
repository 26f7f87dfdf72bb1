import type { CompiledQuery, Kysely } from "kysely";
import type { ColumnTypes } from "../capabilities.ts";
import type { Tables } from "../tables.ts";

/** A statement that can be run, and printed. */
export interface Statement {
  readonly compile: () => CompiledQuery;
  readonly execute: () => Promise<unknown>;
}

/** A step of the schema. */
export interface Migration {
  /** Names sort in the order of the steps. */
  readonly name: string;
  /** What the step does, in order. */
  readonly statements: (db: Kysely<Tables>, types: ColumnTypes) => readonly Statement[];
}
