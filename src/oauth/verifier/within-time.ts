/**
 * Waits for work for at most a time; what takes longer goes on, and nobody hears of it any more. The work is told by the signal.
 *
 * @throws Error when the time is over, and whatever the work throws before.
 */
export async function withinTime<Value>(
  work: (signal: AbortSignal) => Promise<Value>,
  limitMs: number,
): Promise<Value> {
  const signal = AbortSignal.timeout(limitMs);
  const over = new Promise<never>((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(new Error("there is no answer in time")), {
      once: true,
    });
  });
  return Promise.race([work(signal), over]);
}
