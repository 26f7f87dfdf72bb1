import type { Spread } from "./spread.ts";
import type { Row, Subject, Target } from "./subject.ts";

type Unit = Subject["unit"];

/** What a figure is written in. */
interface Scale {
  readonly divisor: number;
  readonly suffix: string;
}

const NANOSECONDS: Scale = { divisor: 1, suffix: " ns" };
const MICROSECONDS: Scale = { divisor: 1e3, suffix: " µs" };
const MILLISECONDS: Scale = { divisor: 1e6, suffix: " ms" };
const BYTES: Scale = { divisor: 1, suffix: " B" };
const KIB: Scale = { divisor: 1024, suffix: " KiB" };
const TIMES_FLOOR: Scale = { divisor: 1, suffix: "" };

/** The head of a subject's table. */
export function formatHead({ title, floor, unit, per }: Subject): string {
  const figure = `${unit === "bytes" ? "memory" : "CPU"} a ${per}`;
  const rate = unit === "ns" ? ["wall", "a second"] : ["", ""];
  return `\n${title}\n  floor: ${floor}\n${formatCells(["", figure, ...rate, "floor", "× floor"])}`;
}

/** A row of a subject's table: medians of the rounds; in brackets the least and the most. */
export function formatRow(name: string, row: Row, unit: Unit): string {
  const { figure, floor, ratio, wall } = row;
  return formatCells([
    `  ${name}`,
    formatSpread(figure, scaleOf(figure.median, unit)),
    wall === undefined ? "" : formatValue(wall.median, scaleOf(wall.median, unit)),
    unit === "ns" ? formatRate(figure) : "",
    formatValue(floor.median, scaleOf(floor.median, unit)),
    formatSpread(ratio, TIMES_FLOOR),
  ]);
}

/** A promise and what became of it. */
export function formatTarget({ claim, figure, isMet }: Target, row: Row): string {
  return `  ${claim.padEnd(72)}${figure(row).padStart(10)}  ${isMet(row) ? "met" : "not met"}`;
}

/** How many calls a second of CPU time makes. */
export function formatRate({ median }: Spread): string {
  const rate = 1e9 / median;
  if (rate >= 1e6) return `${formatDigits(rate / 1e6)} M`;
  return rate >= 1e3 ? `${formatDigits(rate / 1e3)} k` : formatDigits(rate);
}

function scaleOf(value: number, unit: Unit): Scale {
  if (unit === "bytes") return value < 10_000 ? BYTES : KIB;
  if (value < 1e3) return NANOSECONDS;
  return value < 1e6 ? MICROSECONDS : MILLISECONDS;
}

function formatSpread({ median, min, max }: Spread, scale: Scale): string {
  const [least, most] = [min, max].map((value) => formatDigits(value / scale.divisor));
  return min === max
    ? formatValue(median, scale)
    : `${formatValue(median, scale)} (${least}–${most})`;
}

function formatValue(value: number, { divisor, suffix }: Scale): string {
  return formatDigits(value / divisor) + suffix;
}

/** Three digits, or all before the point. */
function formatDigits(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

const WIDTHS = [49, 23, 10, 10, 10, 19];

/** The first column is names, the others are figures. */
function formatCells(cells: readonly string[]): string {
  const [name = "", ...figures] = cells;
  const columns = figures.map((cell, index) => cell.padStart(WIDTHS[index + 1] ?? 0));
  return name.padEnd(WIDTHS[0] ?? 0) + columns.join("");
}
