import { checkList } from "../../checks.ts";

const PREFIX = "whsec_";
const LEAST_BYTES = 24;
const MOST_BYTES = 64;
const NEW_BYTES = 32;
/** More than a rotation needs. */
const MOST_SECRETS = 8;

/**
 * Makes a secret for an endpoint: 32 bytes of the platform's CSPRNG, as Standard Webhooks writes them. Each endpoint has its own.
 *
 * @example
 * generateWebhookSecret(); // "whsec_" and 44 characters of base64
 */
export function generateWebhookSecret(): string {
  return PREFIX + toBase64(crypto.getRandomValues(new Uint8Array(NEW_BYTES)));
}

/** The keys that are written in secrets. @throws TypeError or RangeError that names the path, and never the secret. */
export function readSecrets(value: readonly string[], path: string): readonly Uint8Array[] {
  if (value === undefined) throw new TypeError(`${path} must be an array`);
  const secrets = checkList(value, path);
  if (secrets.length === 0 || secrets.length > MOST_SECRETS)
    throw new RangeError(`${path} must be 1 to ${MOST_SECRETS}`);
  return secrets.map((secret, index) => readSecret(secret, `${path}[${index}]`));
}

function readSecret(secret: unknown, path: string): Uint8Array {
  if (typeof secret !== "string") throw new TypeError(`${path} must be a string`);
  const key = secret.startsWith(PREFIX) ? fromBase64(secret.slice(PREFIX.length)) : undefined;
  if (key !== undefined && key.length >= LEAST_BYTES && key.length <= MOST_BYTES) return key;
  throw new RangeError(
    `${path} must be ${PREFIX} and ${LEAST_BYTES} to ${MOST_BYTES} bytes in base64`,
  );
}

/** Base64 of RFC 4648 section 4, with its padding. */
export function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

function fromBase64(text: string): Uint8Array | undefined {
  if (!/^[0-9A-Za-z+/]*={0,2}$/.test(text) || text.length % 4 !== 0) return undefined;
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
