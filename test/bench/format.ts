import type { Spread } from "./spread.ts";

/** What figures are: nanoseconds, bytes, calls a second, or so many times another. */
export type Unit = "ns" | "bytes" | "rate" | "times";

/** What a figure is written in. */
interface Scale {
  readonly divisor: number;
  readonly suffix: string;
}

/** From the largest on: the first that a figure reaches is taken, or the last. */
const SCALES: Readonly<Record<Unit, readonly (Scale & { readonly from: number })[]>> = {
  ns: [
    { from: 1e9, divisor: 1e9, suffix: " s" },
    { from: 1e6, divisor: 1e6, suffix: " ms" },
    { from: 1e3, divisor: 1e3, suffix: " µs" },
    { from: 0, divisor: 1, suffix: " ns" },
  ],
  bytes: [
    { from: 10_000 * 1024, divisor: 1024 * 1024, suffix: " MiB" },
    { from: 10_000, divisor: 1024, suffix: " KiB" },
    { from: 0, divisor: 1, suffix: " B" },
  ],
  rate: [
    { from: 1e6, divisor: 1e6, suffix: " M" },
    { from: 1e3, divisor: 1e3, suffix: " k" },
    { from: 0, divisor: 1, suffix: "" },
  ],
  times: [{ from: 0, divisor: 1, suffix: "" }],
};

/** The median; in brackets the least and the most, where there was more than one round. */
export function formatSpread({ median, min, max }: Spread, unit: Unit): string {
  const scale = scaleOf(median, unit);
  const [least, most] = [min, max].map((value) => formatDigits(value / scale.divisor));
  const typical = formatValue(median, scale);
  return min === max ? typical : `${typical} (${least}–${most})`;
}

/** The median alone. */
export function formatTypical({ median }: Spread, unit: Unit): string {
  return formatFigure(median, unit);
}

/** One figure. */
export function formatFigure(value: number, unit: Unit): string {
  return formatValue(value, scaleOf(value, unit));
}

/** How many a second. */
export function formatRate(value: number): string {
  return formatFigure(value, "rate");
}

/** How many times another. */
export function formatTimes(value: number): string {
  return `${value.toFixed(2)} ×`;
}

function scaleOf(value: number, unit: Unit): Scale {
  const scales = SCALES[unit];
  const found = scales.find(({ from }) => Math.abs(value) >= from) ?? scales.at(-1);
  if (found === undefined) throw new Error(`${unit} has no scale`);
  return found;
}

function formatValue(value: number, { divisor, suffix }: Scale): string {
  return formatDigits(value / divisor) + suffix;
}

/** Three digits, or all before the point. */
function formatDigits(value: number): string {
  const size = Math.abs(value);
  if (size >= 100) return value.toFixed(0);
  return value.toFixed(size >= 10 ? 1 : 2);
}
