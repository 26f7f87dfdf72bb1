const MOST_TRIES = 10;
const FIRST_PAUSE_MS = 4;
const LONGEST_PAUSE_MS = 250;

/** What has waited so long for a lock, by the database's own patience, is not tried again. */
const PATIENCE_MS = 5000;

/** Does something that is all or nothing again, a few times with growing pauses, while it loses races against others. */
export async function retrying<Result>(
  attempt: () => Promise<Result>,
  isLostRace: (error: unknown) => boolean,
): Promise<Result> {
  const started = performance.now();
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      const isOver = tries === MOST_TRIES || performance.now() - started >= PATIENCE_MS;
      if (isOver || !isLostRace(error)) throw error;
      await pause(Math.min(FIRST_PAUSE_MS * 2 ** tries, LONGEST_PAUSE_MS));
    }
  }
}

/** Waits up to `atMostMs`, at random, so that those who met once do not meet again. */
export function pause(atMostMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.random() * atMostMs));
}
