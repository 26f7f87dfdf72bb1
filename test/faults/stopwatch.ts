/** Milliseconds since the origin, of a clock that all processes of a machine share: `process.hrtime.bigint()`, as text. */
export function stopwatch(origin: string): () => number {
  const began = BigInt(origin);
  return () => Number(process.hrtime.bigint() - began) / 1e6;
}
