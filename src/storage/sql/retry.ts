const MOST_TRIES = 6;
const FIRST_PAUSE_MS = 4;

/** Does something that is all or nothing again, a few times with growing pauses, while it loses races against others. */
export async function retrying<Result>(
  attempt: () => Promise<Result>,
  isLostRace: (error: unknown) => boolean,
): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (tries === MOST_TRIES || !isLostRace(error)) throw error;
      await pause(FIRST_PAUSE_MS * 2 ** tries);
    }
  }
}

/** Waits up to `atMostMs`, at random, so that those who met once do not meet again. */
export function pause(atMostMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.random() * atMostMs));
}
