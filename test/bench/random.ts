/** A source of numbers from 0 up to 1 that is the same in every run: xorshift of 32 bits. */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** All numbers below `count`, in an order that no cache of the processor can foresee. */
export function shuffled(count: number): Uint32Array {
  const random = createRandom(count);
  const numbers = Uint32Array.from({ length: count }, (_, index) => index);
  for (let index = count - 1; index > 0; index--) {
    const other = Math.floor(random() * (index + 1));
    const number = numbers[index] as number;
    numbers[index] = numbers[other] as number;
    numbers[other] = number;
  }
  return numbers;
}
