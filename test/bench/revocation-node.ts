// A node with a warm cache that tells when a token is first refused: `revocation` starts two of it, each with the URL of a database, the
// bus that they share and the time that a node keeps what it has read.
import { setImmediate } from "node:timers/promises";
import { openNode, type Told } from "./revocation-world.ts";

const [url = "", bus = "none", ttlSeconds = ""] = process.argv.slice(2);
const { world } = await openNode(url, bus, Number(ttlSeconds));

/** Calls with one token until it is refused, and lets what has arrived be handled after each. */
async function watch(index: number): Promise<void> {
  const { tokens, secrets, request } = world;
  const verify = async (): Promise<boolean> =>
    (await tokens.verify(secrets[index], request(index))).ok;
  if (!(await verify())) throw new Error("a token was refused before it was revoked");
  tell({ watching: index });
  let lastAccepted = process.hrtime.bigint();
  for (;;) {
    const began = process.hrtime.bigint();
    if (!(await verify())) break;
    lastAccepted = began;
    await setImmediate();
  }
  tell({ refused: String(process.hrtime.bigint()), lastAccepted: String(lastAccepted) });
}

function tell(told: Told): void {
  process.send?.(told);
}

// Calls without end would outlive who asked for them.
process.once("disconnect", () => process.exit());
// `revocation` sends nothing but the number of a token.
process.on("message", (index) => void watch(index as number));
tell("ready");
