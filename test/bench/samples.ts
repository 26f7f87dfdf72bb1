import { hash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { Network, StoredToken } from "tokenry";
import { createRandom } from "./random.ts";

export const PREFIX = "bench_svc";

const TOKENS_PER_OWNER = 10;
/** A hundred owners to an account. */
export const TOKENS_PER_ACCOUNT: number = 100 * TOKENS_PER_OWNER;
const DAY_MS = 86_400_000;

const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** Makes secrets as tokenry issues them, the same in every run. */
export function createSecrets(count: number): string[] {
  const random = createRandom(1);
  return Array.from({ length: count }, () => {
    let text = `${PREFIX}_`;
    for (let place = 0; place < 32; place++) text += BASE62[Math.floor(random() * 62)];
    return flat(text + base62(crc32(text), 6));
  });
}

/** The id of a token. */
export function idOf(index: number): string {
  return flat(`00000000-0000-7000-8000-${index.toString(16).padStart(12, "0")}`);
}

/** The owner of a token. */
export function ownerOf(index: number): string {
  return flat(`owner-${Math.floor(index / TOKENS_PER_OWNER)}`);
}

/** The account of a token. */
export function accountOf(index: number): string {
  return flat(`account-${accountNumber(index)}`);
}

/** The two ranges from which the tokens of an account work. */
export function networkOf(index: number): Network {
  return { include: [flat(`${officeOf(index)}.0/24`), flat(`${cloudOf(index)}.0/24`)] };
}

/** An address out of one of those ranges. */
export function addressOf(index: number, host: number): string {
  return flat(`${host & 1 ? officeOf(index) : cloudOf(index)}.${host}`);
}

/** The record of the token that a secret opens, as `issue` would store it. Each text is a copy of its own, as if it had come with a request. */
export function storedToken(secret: string, index: number, now: number): StoredToken {
  return {
    id: idOf(index),
    hash: hash("sha256", secret, "hex"),
    pepper: null,
    kind: "service",
    owner: ownerOf(index),
    account: accountOf(index),
    name: flat(`build server ${index % 100}`),
    slot: null,
    hint: flat(`${PREFIX}_…${secret.slice(-4)}`),
    access: { orders: "read", invoices: "full" },
    network: networkOf(index),
    budgets: {},
    createdAt: now,
    createdBy: "SYSTEM",
    updatedAt: now,
    secretCreatedAt: now,
    expiresAt: now + 180 * DAY_MS,
    lastUsedAt: null,
    remindedFrom: null,
    version: 1,
  };
}

function officeOf(index: number): string {
  return `10.${accountNumber(index) >>> 8}.${accountNumber(index) & 0xff}`;
}

function cloudOf(index: number): string {
  return `172.${16 + (accountNumber(index) >>> 8)}.${accountNumber(index) & 0xff}`;
}

/** Which account a token belongs to: the first, the second… */
export function accountNumber(index: number): number {
  return Math.floor(index / TOKENS_PER_ACCOUNT);
}

function base62(value: number, width: number): string {
  let [text, rest] = ["", value];
  for (let place = 0; place < width; place++) {
    text = BASE62[rest % 62] + text;
    rest = Math.floor(rest / 62);
  }
  return text;
}

/** A text in one piece: the engine keeps one that was put together as its parts, which cost more to store and to read. */
function flat(text: string): string {
  return Buffer.from(text).toString();
}
