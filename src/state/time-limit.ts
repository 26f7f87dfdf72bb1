/**
 * Waits for work for at most a time. What takes longer goes on, and nobody hears of it any more.
 *
 * @throws Error with this message when the time is over, and whatever the work throws before.
 */
export async function withinTime<Value>(
  work: () => Promise<Value>,
  limitMs: number,
  message: string,
): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(message)), limitMs);
  });
  try {
    return await Promise.race([work(), over]);
  } finally {
    clearTimeout(timer);
  }
}
