import { hash } from "node:crypto";
import type { Check, GuardName, OpenedGuard } from "./http-guard.ts";
import { openBetterAuth } from "./peers/better-auth.ts";
import { createSecrets, storedToken } from "./samples.ts";
import { openSoak } from "./soak-http-world.ts";
import { createWorld } from "./world.ts";

/** Tokens that are called with, one after the other. */
/** One for each connection. */
const TOKENS = 64;

/** Where the calls come from, and a range besides. */
const NETWORK = { include: ["10.0.0.0/24", "127.0.0.0/8"] };

const GUARDS: Readonly<Record<GuardName, () => Promise<OpenedGuard>>> = {
  bare: async () => ({ guard: { type: "none" }, secrets: createSecrets(TOKENS) }),
  floor: openFloor,
  tokenry: openTokenry,
  "better-auth": openPeer,
  soak: openSoak,
};

/** Opens a guard by its name. */
export function openGuard(name: GuardName): Promise<OpenedGuard> {
  return GUARDS[name]();
}

const SCHEME = "Bearer ";

/** The least that any guard does: one native SHA-256, one look-up in a Map, one comparison of the expiry. */
async function openFloor(): Promise<OpenedGuard> {
  const secrets = createSecrets(TOKENS);
  const expiresAt = Date.now() + 1e9;
  const rows = new Map(secrets.map((secret) => [hash("sha256", secret, "hex"), { expiresAt }]));
  const check: Check = async (authorization) => {
    if (!authorization?.startsWith(SCHEME)) return false;
    const row = rows.get(hash("sha256", authorization.slice(SCHEME.length), "hex"));
    return row !== undefined && Date.now() < row.expiresAt;
  };
  return { guard: { type: "own", check }, secrets };
}

/** Every gate has something to decide, and the limit on guessing is on. */
async function openTokenry(): Promise<OpenedGuard> {
  const { tokens, secrets } = await createWorld(TOKENS, {
    stored: (...sample) => ({ ...storedToken(...sample), network: NETWORK }),
  });
  return { guard: { type: "tokenry", tokens, options: {} }, secrets };
}

async function openPeer(): Promise<OpenedGuard> {
  const { keys, isValid } = await openBetterAuth(TOKENS);
  const check: Check = async (authorization) =>
    authorization?.startsWith(SCHEME) === true && isValid(authorization.slice(SCHEME.length));
  return { guard: { type: "own", check }, secrets: keys };
}
