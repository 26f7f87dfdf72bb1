/**
 * Does work for at most so many at once; the others wait their turn.
 *
 * Names are resolved by the platform in a few threads that all of the process share, and a name server that does not answer keeps one for
 * as long as it likes.
 */
export function atMost<Question, Answer>(
  count: number,
  work: (question: Question) => Promise<Answer>,
): (question: Question) => Promise<Answer> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (question) => {
    if (running >= count) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await work(question);
    } finally {
      // Who waits takes the place over.
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
