import type { CryptoKey, JWK } from "jose";

/** What access tokens are signed with (RFC 7518 section 3.1, RFC 8037). RS256 is what every resource server knows (R9068-02). */
export type SigningAlgorithm = "RS256" | "ES256" | "EdDSA";

/** A private key that signs. */
export interface SigningKey {
  /** The key's thumbprint (RFC 7638), or what the host calls it. */
  readonly kid: string;
  readonly algorithm: SigningAlgorithm;
  readonly privateKey: CryptoKey;
}

/** The signing keys of an authorization server. `storedKeys` and `suppliedKeys` make them. An outage throws. */
export interface SigningKeys {
  /** The key that signs now. */
  current(): Promise<SigningKey>;
  /** The public keys that resource servers may meet: next, current, and those retired whose tokens may still live. */
  published(): Promise<{ readonly keys: readonly JWK[] }>;
}
