import type { Case, Report, ServerName, Subject, Target } from "./subject.ts";

/** A subject whose rows have a shape of their own. */
export interface Table<Row> {
  readonly title: string;
  readonly notes: readonly string[];
  readonly servers?: readonly ServerName[];
  readonly columns: readonly Column<Row>[];
  readonly cases: readonly TableCase<Row>[];
}

/** Figures of one sort. */
export interface Column<Row> {
  readonly head: string;
  readonly width: number;
  readonly cell: (row: Row) => string;
}

/** A row that is to be measured. */
export interface TableCase<Row> {
  readonly name: string;
  readonly isPeer?: boolean;
  readonly flags?: readonly string[];
  readonly measure: () => Promise<Row>;
  readonly target?: Target<Row>;
}

const NAME_WIDTH = 49;
const CLAIM_WIDTH = 78;

/** Makes a subject of a table: each case prints its own row. */
export function tableOf<Row>(table: Table<Row>): Subject {
  const { title, notes, servers = [], columns, cases } = table;
  return {
    title,
    notes,
    servers,
    head: cells("", columns, ({ head }) => head),
    cases: cases.map((each) => caseOf(each, columns)),
  };
}

function caseOf<Row>(each: TableCase<Row>, columns: readonly Column<Row>[]): Case {
  const { name, isPeer = false, flags = [], measure, target } = each;
  const report = async (): Promise<Report> => {
    const row = await measure();
    return {
      line: cells(`  ${name}`, columns, ({ cell }) => cell(row)),
      outcomes: target === undefined ? [] : [outcome(target, row)],
    };
  };
  return { name, isPeer, flags, report };
}

/** A promise and what became of it. */
function outcome<Row>({ claim, figure, isMet }: Target<Row>, row: Row): string {
  return `  ${claim.padEnd(CLAIM_WIDTH)}${figure(row).padStart(10)}  ${isMet(row) ? "met" : "not met"}`;
}

/** A line: the first column is names, the others are figures. */
function cells<Row>(
  name: string,
  columns: readonly Column<Row>[],
  text: (column: Column<Row>) => string,
): string {
  const figures = columns.map((column) => ` ${text(column)}`.padStart(column.width));
  return name.padEnd(NAME_WIDTH) + figures.join("");
}
