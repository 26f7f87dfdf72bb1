/** The database, or the pool in front of it, was silent for too long. What was asked may have been done, or may be done yet. */
export class NoAnswerError extends Error {
  constructor(timeoutMs: number) {
    super(`The database did not answer within ${timeoutMs} ms`);
    this.name = "NoAnswerError";
  }
}

/**
 * The answer, or a rejection with {@link NoAnswerError} after `timeoutMs`.
 *
 * A process that was busy itself has had no chance to read: it gets one before the time is up.
 */
export async function answeredWithin<Value>(
  answer: PromiseLike<Value>,
  timeoutMs: number,
): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, reject) => {
    const giveUp = (): void => reject(new NoAnswerError(timeoutMs));
    timer = setTimeout(() => {
      timer = setTimeout(giveUp);
    }, timeoutMs);
  });
  try {
    return await Promise.race([answer, silence]);
  } finally {
    clearTimeout(timer);
  }
}
