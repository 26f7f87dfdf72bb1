/** What a caller may wait for an answer to ten mebibytes of nonsense, in milliseconds. */
const LONGEST_MS = 50;

/** Does something, up to three times, until it takes no longer than it may: a busy machine may be the reason once, and seldom twice. */
export async function isQuick(run: () => unknown): Promise<boolean> {
  for (let tries = 0; tries < 3; tries++) {
    const started = performance.now();
    await run();
    if (performance.now() - started <= LONGEST_MS) return true;
  }
  return false;
}
