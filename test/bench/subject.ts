/** The servers that a subject may need. */
export type ServerName = "postgres" | "mariadb" | "redis";

/** A table of the benchmark, a row for each of its cases. */
export interface Subject {
  readonly title: string;
  /** What a reader must know: what the floor is, what was left out. */
  readonly notes: readonly string[];
  readonly servers: readonly ServerName[];
  /** The heads of the columns, as a line. */
  readonly head: string;
  readonly cases: readonly Case[];
}

/** A row of a table, measured in a process of its own, so that no other case has shaped its heap or its compiled code. */
export interface Case {
  readonly name: string;
  /** Measures somebody else's package. */
  readonly isPeer: boolean;
  /** Flags for the engine, besides those that all have. */
  readonly flags: readonly string[];
  /** Measures it. */
  readonly report: () => Promise<Report>;
}

/** What is printed of a case. */
export interface Report {
  readonly line: string;
  /** What became of what the project has promised of it. */
  readonly outcomes: readonly string[];
}

/** A promise about a row. */
export interface Target<Row> {
  readonly claim: string;
  readonly figure: (row: Row) => string;
  readonly isMet: (row: Row) => boolean;
}
