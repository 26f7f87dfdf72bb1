/** What `TOKENRY_BENCH_SCALE` says, for a quick look: of the largest numbers only this part is taken. */
export const SCALE: number = Number(process.env.TOKENRY_BENCH_SCALE ?? 1);

/** A number of tokens or runs that makes a subject long. */
export function scaled(count: number): number {
  return Math.ceil(count * SCALE);
}
