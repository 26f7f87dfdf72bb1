import { formatRate, formatSpread, formatTimes, formatTypical } from "./format.ts";
import type { Comparison } from "./load.ts";
import type { Subject, Target } from "./subject.ts";
import { type Column, type Table, tableOf } from "./table.ts";

/** What callers get by the clock on the wall, beside the floor. */
export interface Row extends Comparison {
  /** Statements or commands a call, where they were counted. */
  readonly trips?: number;
}

/** Makes a subject of throughput and latency. Medians of the rounds; in brackets the least and the most. */
export function loadTable(table: Omit<Table<Row>, "columns">): Subject {
  return tableOf({ ...table, columns: COLUMNS });
}

const COLUMNS: readonly Column<Row>[] = [
  { head: "calls a second", width: 25, cell: ({ rate }) => formatSpread(rate, "rate") },
  { head: "p50", width: 10, cell: ({ p50 }) => formatTypical(p50, "ns") },
  { head: "p99", width: 10, cell: ({ p99 }) => formatTypical(p99, "ns") },
  { head: "floor", width: 10, cell: ({ floor }) => formatRate(floor.rate.median) },
  { head: "p50", width: 10, cell: ({ floor }) => formatTypical(floor.p50, "ns") },
  { head: "p99", width: 10, cell: ({ floor }) => formatTypical(floor.p99, "ns") },
  { head: "× floor", width: 19, cell: ({ ratio }) => formatSpread(ratio, "times") },
  { head: "trips a call", width: 14, cell: ({ trips }) => trips?.toFixed(3) ?? "" },
];

/** A promise of so many times the floor's throughput, by the median of the rounds. */
export function atLeastTimesFloor(least: number, claim: string): Target<Row> {
  return {
    claim,
    figure: ({ ratio }) => formatTimes(ratio.median),
    isMet: ({ ratio }) => ratio.median >= least,
  };
}
