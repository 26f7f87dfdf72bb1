import { CompactSign, compactVerify, importJWK } from "jose";
import type { KeyRecord } from "./key-record.ts";
import type { SigningKey } from "./signing-keys.ts";

const TRIAL: Uint8Array = new TextEncoder().encode("tokenry");

/**
 * Makes a key sign, after a trial: what its private part signs its public part must verify, or nobody could verify the tokens.
 *
 * `undefined` where it does not, or where the platform does not know the algorithm. What the platform says of it stays here: it may hold
 * parts of the key.
 */
export async function importKey(record: KeyRecord): Promise<SigningKey | undefined> {
  const { kid, algorithm, publicJwk, privateJwk } = record;
  try {
    const privateKey = await importJWK({ ...privateJwk, kty: kindOf(record) }, algorithm, {
      extractable: false,
    });
    const signer = new CompactSign(TRIAL).setProtectedHeader({ alg: algorithm });
    await compactVerify(
      await signer.sign(privateKey),
      { ...publicJwk },
      { algorithms: [algorithm] },
    );
    return Object.freeze({ kid, algorithm, privateKey });
  } catch {
    return undefined;
  }
}

/** By its literal type `importJWK` knows that the key is asymmetric. */
function kindOf({ algorithm }: KeyRecord): "RSA" | "EC" | "OKP" {
  if (algorithm === "RS256") return "RSA";
  return algorithm === "ES256" ? "EC" : "OKP";
}
