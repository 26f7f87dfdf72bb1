import { generateKeyPairSync, sign } from "node:crypto";

/** Who signs as GitHub does, by node:crypto. */
export interface Signer {
  readonly id: string;
  /** Its place in the list of public keys. */
  readonly entry: {
    readonly key_identifier: string;
    readonly key: string;
    readonly is_current: boolean;
  };
  sign(body: string | Uint8Array): string;
}

/** Makes a signer with a new key. */
export function createSigner(id = "a1b2c3", namedCurve = "P-256"): Signer {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve });
  const key = publicKey.export({ type: "spki", format: "pem" }).toString();
  return {
    id,
    entry: { key_identifier: id, key, is_current: true },
    sign: (body) => sign("sha256", Buffer.from(body), privateKey).toString("base64"),
  };
}

/** GitHub's list of public keys. */
export function listOf(...signers: readonly Signer[]): unknown {
  return { public_keys: signers.map(({ entry }) => entry) };
}

/** What GitHub sends. */
export function signedRequest(signer: Signer, body: string | Uint8Array<ArrayBuffer>): Request {
  return request(body, { id: signer.id, signature: signer.sign(body) });
}

/** A request with these two fields, whatever they are. */
export function request(
  body: string | Uint8Array<ArrayBuffer> | null,
  fields: { readonly id?: string; readonly signature?: string },
): Request {
  const headers = new Headers({ "content-type": "application/json" });
  if (fields.id !== undefined) headers.set("Github-Public-Key-Identifier", fields.id);
  if (fields.signature !== undefined) headers.set("Github-Public-Key-Signature", fields.signature);
  return new Request("https://api.example.com/leaks", { method: "POST", headers, body });
}
