import type { Spread } from "./spread.ts";
import type { Row, Subject, Target } from "./subject.ts";

const NAME_WIDTH = 46;
const WIDTHS = [28, 11, 12, 11, 20];

/** The head of a subject's table. */
export function formatHead({ title, unit, per, floor }: Subject): string {
  const columns = [
    `${unit === "bytes" ? "heap" : "CPU"} a ${per} (min–max)`,
    ...(unit === "ns" ? ["wall", "a second"] : ["", ""]),
    "floor",
    "× floor (min–max)",
  ];
  return `\n${title}\n  floor: ${floor}\n${line("", columns)}`;
}

/** A row of a subject's table. */
export function formatRow(name: string, { figure, floor, ratio, wall }: Row, unit: Unit): string {
  return line(`  ${name}`, [
    spread(figure, (value) => formatFigure(value, unit)),
    wall === undefined ? "" : formatFigure(wall.median, unit),
    unit === "ns" ? formatRate(figure) : "",
    formatFigure(floor.median, unit),
    spread(ratio, formatRatio),
  ]);
}

/** A promise and what became of it. */
export function formatTarget({ claim, figure, isMet }: Target, row: Row): string {
  return `  ${claim.padEnd(72)}${figure(row).padStart(12)}  ${isMet(row) ? "met" : "not met"}`;
}

type Unit = Subject["unit"];

/** A figure with the unit that fits its size. */
export function formatFigure(value: number, unit: Unit): string {
  if (unit === "bytes")
    return value < 10_000 ? `${Math.round(value)} B` : `${digits(value / 1024)} KiB`;
  const ns = unit === "ms" ? value * 1e6 : value;
  if (ns < 1000) return `${digits(ns)} ns`;
  return ns < 1e6 ? `${digits(ns / 1e3)} µs` : `${digits(ns / 1e6)} ms`;
}

/** How many calls a second of CPU time makes. */
export function formatRate({ median }: Spread): string {
  const rate = 1e9 / median;
  if (rate >= 1e6) return `${digits(rate / 1e6)} M`;
  return rate >= 1000 ? `${digits(rate / 1e3)} k` : digits(rate);
}

/** A multiple of the floor. */
export function formatRatio(value: number): string {
  return value < 100 ? value.toFixed(2) : Math.round(value).toLocaleString("en");
}

/** Three significant digits. */
function digits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

function spread({ median, min, max }: Spread, format: (value: number) => string): string {
  return min === max ? format(median) : `${format(median)} (${format(min)}–${format(max)})`;
}

function line(name: string, cells: readonly string[]): string {
  return name.padEnd(NAME_WIDTH) + cells.map((cell, at) => cell.padStart(WIDTHS[at] ?? 0)).join("");
}
