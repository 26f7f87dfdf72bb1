/** Node, Bun and Deno have it; a worker's host reads its own configuration. */
interface WarningProcess {
  readonly process?: { emitWarning?(message: string, type: string): void };
}

/** Tells the process, where there is one. */
export function emitWarning(message: string): void {
  try {
    // A cast, as the name is there in some runtimes only.
    (globalThis as WarningProcess).process?.emitWarning?.(message, "TokenryWarning");
  } catch {
    // Next.js's Edge Runtime has Node's functions only to throw at who calls them.
  }
}
