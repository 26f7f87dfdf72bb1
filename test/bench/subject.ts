import type { Spread } from "./spread.ts";

/** A table of the benchmark: figures of one unit, each beside the floor's. */
export interface Subject {
  readonly title: string;
  /** What a figure is of: CPU nanoseconds a call, bytes a call or token, CPU milliseconds a process. */
  readonly unit: "ns" | "bytes" | "ms";
  /** The least that anything with this task does; measured in turn with each case, in the same process. */
  readonly floor: string;
  readonly cases: readonly Case[];
  /** What of it the project has promised. */
  readonly targets?: (rows: ReadonlyMap<string, Row>) => readonly Target[];
}

/** A row of a table, measured in a process of its own, so that no other case has shaped its heap or its compiled code. */
export interface Case {
  readonly name: string;
  /** Needs the peers' packages. */
  readonly isPeer?: boolean;
  /** Flags for the engine. */
  readonly flags?: readonly string[];
  readonly measure: () => Promise<Row>;
}

/** Figures in the unit of their subject. */
export interface Row {
  readonly figure: Spread;
  readonly floor: Spread;
  /** Figure over floor, of each round by itself: what disturbs one round disturbs both. */
  readonly ratio: Spread;
  /** The same by the clock on the wall, where CPU time is what is measured. */
  readonly wall?: Spread;
}

/** A promise and what became of it. */
export interface Target {
  readonly claim: string;
  readonly figure: string;
  readonly isMet: boolean;
}
