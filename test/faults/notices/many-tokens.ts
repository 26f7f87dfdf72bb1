/** What a process over many tokens is told. */
export interface ManyTokens {
  /** The path of a SQLite file. */
  readonly path: string;
  readonly tokens: number;
  readonly owners: number;
}

/** What a pass did, and what it took. */
export interface PassFigures {
  readonly changed: number;
  /** By how much what is held in memory grew, at most, in megabytes. */
  readonly heldMb: number;
  readonly seconds: number;
}

/** The passes of each job. */
export interface ManyTokensFigures {
  readonly remind: PassFigures;
  readonly sweep: PassFigures;
}
