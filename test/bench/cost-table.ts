import { formatRate, formatSpread, formatTimes, formatTypical, type Unit } from "./format.ts";
import type { Spread } from "./spread.ts";
import type { Subject, Target } from "./subject.ts";
import { type Column, type TableCase, tableOf } from "./table.ts";

/** What something costs the process, beside the floor. */
export interface Row {
  /** Nanoseconds of CPU time, or bytes. */
  readonly figure: Spread;
  /** The floor's, from the same process. */
  readonly floor: Spread;
  /** Figure over floor, round by round: what disturbs the machine disturbs both. */
  readonly ratio: Spread;
  /** By the clock on the wall, where the figure is CPU time. */
  readonly wall?: Spread;
}

/** A table of what something costs the process in CPU time or memory. */
export interface CostTable {
  readonly title: string;
  /** What figures are: nanoseconds of CPU time, or bytes. */
  readonly unit: Unit;
  /** What a figure is of: a call, a token, a process. */
  readonly per: string;
  /** The least that anything does that has this task. */
  readonly floor: string;
  readonly cases: readonly TableCase<Row>[];
}

/** Makes a subject of it. Medians of the rounds; in brackets the least and the most. */
export function costTable({ title, unit, per, floor, cases }: CostTable): Subject {
  const columns: Column<Row>[] = [
    {
      head: `${unit === "bytes" ? "memory" : "CPU"} a ${per}`,
      width: 23,
      cell: ({ figure }) => formatSpread(figure, unit),
    },
    ...(unit === "ns" ? TIME_COLUMNS : []),
    { head: "floor", width: 10, cell: (row) => formatTypical(row.floor, unit) },
    { head: "× floor", width: 19, cell: ({ ratio }) => formatSpread(ratio, "times") },
  ];
  return tableOf({ title, notes: [`floor: ${floor}`], columns, cases });
}

const TIME_COLUMNS: readonly Column<Row>[] = [
  { head: "wall", width: 10, cell: ({ wall }) => (wall ? formatTypical(wall, "ns") : "") },
  { head: "a second", width: 10, cell: ({ figure }) => formatRate(1e9 / figure.median) },
];

/** A promise to stay within so many times the floor, by the median of the rounds. */
export function atMostTimesFloor(most: number, claim: string): Target<Row> {
  return {
    claim,
    figure: ({ ratio }) => formatTimes(ratio.median),
    isMet: ({ ratio }) => ratio.median <= most,
  };
}
