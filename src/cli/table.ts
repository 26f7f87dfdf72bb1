import { cell } from "./shown.ts";

/** A column of a table. */
export interface Column<Row> {
  readonly title: string;
  readonly text: (row: Row) => string;
  /** Never shortened: what is to be copied. Default `false`. */
  readonly isWhole?: boolean;
}

const GAP = 2;
const LEAST_WIDTH = 6;

/**
 * Lines of a table no wider than `width`, the titles first; of a record for each row where its columns cannot be shortened that far. A
 * character counts as one column of the terminal.
 */
export function tableLines<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  width: number,
): readonly string[] {
  const titles = columns.map(({ title }) => title);
  const cells = rows.map((row) => columns.map(({ text }) => cell(text(row))));
  const lines = [titles, ...cells];
  const natural = titles.map((_, index) =>
    Math.max(...lines.map((line) => lengthOf(line[index] ?? ""))),
  );
  const widths = shortened(columns, natural, width);
  // The terminal would break each line of a table that does not fit.
  if (lengthOfLine(widths) > width)
    return rows.flatMap((row, index) => recordOf(columns, row, index));
  return lines.map((line) =>
    line
      .map((text, index) => padded(text, widths[index] ?? 0))
      .join(" ".repeat(GAP))
      .trimEnd(),
  );
}

/** Takes from the widest column that may be shortened, one character at a time. */
function shortened<Row>(
  columns: readonly Column<Row>[],
  natural: readonly number[],
  width: number,
): readonly number[] {
  const widths = [...natural];
  while (lengthOfLine(widths) > width) {
    const candidates = widths.map((each, index) => (columns[index]?.isWhole === true ? 0 : each));
    const widest = Math.max(...candidates);
    if (widest <= LEAST_WIDTH) break;
    widths[candidates.indexOf(widest)] = widest - 1;
  }
  return widths;
}

function lengthOfLine(widths: readonly number[]): number {
  return widths.reduce((sum, each) => sum + each + GAP, -GAP);
}

/** A row as a record, an empty line before each but the first. */
function recordOf<Row>(columns: readonly Column<Row>[], row: Row, index: number): string[] {
  const fields = columns.map(({ title, text }) => [title.toLowerCase(), text(row)] as const);
  return [...(index > 0 ? [""] : []), ...recordLines(fields)];
}

function lengthOf(text: string): number {
  return [...text].length;
}

function padded(text: string, width: number): string {
  const length = lengthOf(text);
  if (length <= width) return text + " ".repeat(width - length);
  return `${[...text].slice(0, width - 1).join("")}…`;
}

/** Lines of names and values, the values below each other. */
export function recordLines(fields: readonly (readonly [name: string, value: string])[]): string[] {
  const width = Math.max(...fields.map(([name]) => name.length));
  return fields.map(([name, value]) => `${name.padEnd(width)}  ${cell(value)}`.trimEnd());
}
