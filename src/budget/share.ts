/**
 * The part of an API's maximum that one token may spend: floor(limit × percent ÷ 100), at least 1.
 *
 * `limit` is whole and at least 1, `percent` whole, 1 to 100. Exact for every safe integer. Source: CORE-60, DEC-14, TV-03.
 *
 * @example
 * shareOf(600, 33) === 198;
 */
export function shareOf(limit: number, percent: number): number {
  // In whole hundreds and a rest no step leaves the exact integers: limit × percent could, and limit × 0.33 always does.
  const rest = limit % 100;
  const hundreds = (limit - rest) / 100;
  return Math.max(1, hundreds * percent + Math.floor((rest * percent) / 100));
}
