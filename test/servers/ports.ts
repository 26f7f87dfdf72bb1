import { once } from "node:events";
import { createServer } from "node:net";

export const HOST = "127.0.0.1";

/**
 * Below what the system gives to outgoing connections (from 32768 in Linux, 49152 elsewhere): else a client could be given the port of a
 * server that is down, and the server could not come back; or a client that tries again and again could be connected to itself.
 */
const LOWEST = 12_000;
const HIGHEST = 32_000;

const TRIES = 5;

/** Starts something on a free port of 127.0.0.1, and again on another where somebody else was faster. */
export async function onFreePort<Started>(
  start: (port: number) => Promise<Started>,
): Promise<Started> {
  for (let tries = 1; ; tries++) {
    try {
      return await start(await freePort());
    } catch (error) {
      const isTaken = error instanceof Error && /address already in use/i.test(error.message);
      if (!isTaken || tries === TRIES) throw error;
    }
  }
}

/** A port of 127.0.0.1 where nobody listens now. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen(port, HOST), "listening");
  } catch {
    return false;
  }
  await once(server.close(), "close");
  return true;
}
