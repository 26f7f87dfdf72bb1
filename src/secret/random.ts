const POOL_SIZE = 8192;
const pool = new Uint8Array(POOL_SIZE);
let next = POOL_SIZE;

/**
 * The next byte of a pool filled from the platform's CSPRNG (Web Crypto).
 *
 * A used byte is overwritten at once, so that the pool never holds what became part of a secret.
 */
export function randomByte(): number {
  if (next === POOL_SIZE) {
    crypto.getRandomValues(pool);
    next = 0;
  }
  const byte = pool[next] as number;
  pool[next] = 0;
  next += 1;
  return byte;
}
