import type { StoredToken } from "tokenry";
import { tokenry } from "./built.ts";
import type { OpenedGuard } from "./http-guard.ts";
import type { Sample } from "./http-wrk.ts";
import { createRandom, shuffled } from "./random.ts";
import { createSecrets, idOf, PREFIX, storedToken } from "./samples.ts";
import { store } from "./world.ts";

const TOKENS = 1000;
/** Calls a minute: more than a token makes. */
const LIMIT = 5000;
/** Of ten tokens one has expired, and one has a budget that is soon spent. */
const EXPIRED = 8;
const SPENT = 9;

/** Tokens of all sorts behind a proxy that tells of clients all over the addresses. */
export async function openSoak(): Promise<OpenedGuard> {
  const { createTokenry, memoryRepository } = tokenry;
  const secrets = createSecrets(TOKENS);
  const repository = memoryRepository();
  await store(repository, secrets, soakToken);
  const tokens = createTokenry({
    kinds: {
      service: {
        prefix: PREFIX,
        slots: "many",
        expiry: { type: "fixed", after: { days: 180 } },
        access: "granted",
        replacement: "revoke-first",
      },
    },
    apis: {
      orders: { limit: LIMIT, window: { minutes: 1 } },
      invoices: { limit: LIMIT, window: { minutes: 1 } },
    },
    directory: { find: (id) => ({ id, account: id, active: true, access: "full" }) },
    repository,
  });
  return { guard: { type: "tokenry", tokens, options: { trustProxy: ["127.0.0.1"] } }, secrets };
}

/** All work from the addresses of two networks. Each has an account to itself. */
function soakToken(secret: string, index: number, now: number): StoredToken {
  return {
    ...storedToken(secret, index, now),
    owner: idOf(index),
    account: idOf(index),
    network: { include: ["10.0.0.0/8", "2001:db8::/32"] },
    ...(index % 10 === EXPIRED && { expiresAt: now - 1 }),
    ...(index % 10 === SPENT && { budgets: { orders: 1 } }),
  };
}

/** The statuses that the requests together are answered with, as long as nothing goes wrong. */
export const STATUSES: readonly string[] = ["200", "400", "401", "403", "429"];

/** Requests of all sorts, in random order: most are good. */
export function soakRequests(secrets: readonly string[]): readonly Sample[] {
  const random = createRandom(1);
  const byte = (): number => Math.floor(random() * 256);
  const unknown = createSecrets(2 * secrets.length).slice(secrets.length);
  const samples = secrets.flatMap((secret, index) => [
    ...Array.from({ length: 5 }, () => sample(`Bearer ${secret}`, `10.0.${byte()}.${byte()}`)),
    sample(`Bearer ${secret}`, `2001:db8:${byte()}::${byte()}, 127.0.0.1`),
    // Outside of its network.
    sample(`Bearer ${secret}`, `192.0.2.${byte()}`),
    // Guesses, some from addresses that have made too many.
    sample(`Bearer ${unknown[index]}`, `198.18.${byte()}.${byte()}`),
    sample(`Bearer ${unknown[index]}`, `198.51.100.${byte()}`),
    sample(`Bearer ${secret.slice(0, -1)}`, `203.0.113.${byte()}`),
    sample(`Bearer ${secret}`, "unknown"),
    sample(`Bearer ${secret} ${secret}`, `10.0.${byte()}.${byte()}`),
    sample("Basic dXNlcjpwYXNz", `10.0.${byte()}.${byte()}`),
  ]);
  return [...shuffled(samples.length)].map((at) => samples[at] as Sample);
}

function sample(authorization: string, client: string): Sample {
  return { path: "/orders", headers: { Authorization: authorization, "X-Forwarded-For": client } };
}
