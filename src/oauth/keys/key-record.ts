import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { base64url, type JWK } from "jose";
import { checkObject, checkOneOf, checkText } from "../../checks.ts";
import type { SigningAlgorithm } from "./signing-keys.ts";

/** A public signing key. */
export interface PublicKeyRecord {
  readonly kid: string;
  readonly algorithm: SigningAlgorithm;
  /** With `kid`, `alg` and `use`, and no private member. */
  readonly publicJwk: JWK;
}

/** A signing key that can sign. */
export interface KeyRecord extends PublicKeyRecord {
  readonly privateJwk: JWK;
}

interface Shape {
  readonly kty: "RSA" | "EC" | "OKP";
  readonly crv: string | undefined;
  readonly publicMembers: readonly string[];
  /** The first is in every private key, the others are in those of RSA. */
  readonly privateMembers: readonly string[];
}

/** The members of a key that are known: what else is in a JWK is left behind (RFC 7518 section 6, RFC 8037 section 2). */
const SHAPES: Readonly<Record<SigningAlgorithm, Shape>> = {
  RS256: {
    kty: "RSA",
    crv: undefined,
    publicMembers: ["e", "n"],
    privateMembers: ["d", "p", "q", "dp", "dq", "qi"],
  },
  ES256: { kty: "EC", crv: "P-256", publicMembers: ["x", "y"], privateMembers: ["d"] },
  EdDSA: { kty: "OKP", crv: "Ed25519", publicMembers: ["x"], privateMembers: ["d"] },
};

/** The algorithms of signing keys. */
export const ALGORITHMS: readonly SigningAlgorithm[] = ["RS256", "ES256", "EdDSA"];

const LEAST_MODULUS_BITS = 2048;
/** Coordinates and scalars of P-256 and Ed25519. */
const CURVE_BYTES = 32;
const LONGEST_KID = 200;

/**
 * Reads a public or private JWK into a record of the members that are known.
 *
 * Without `alg` it is what goes with its type; without `kid`, its thumbprint (RFC 7638). Throws TypeError or RangeError that names the path
 * and holds nothing of the key: no value of it, and no name of a member that nobody knows.
 */
export function readPublicKey(jwk: unknown, path: string): PublicKeyRecord {
  checkObject(jwk, path);
  const algorithm = algorithmOf(jwk, path);
  const { kty, crv, publicMembers } = SHAPES[algorithm];
  if (jwk.kty !== kty) throw new TypeError(`${path}.kty must be ${kty} for ${algorithm}`);
  if (jwk.crv !== crv)
    throw new TypeError(`${path}.crv must be ${crv ?? "absent"} for ${algorithm}`);
  if (jwk.use !== undefined && jwk.use !== "sig")
    throw new RangeError(`${path}.use must be "sig", or absent`);
  const material = {
    kty,
    ...(crv === undefined ? {} : { crv }),
    ...membersOf(jwk, publicMembers, path),
  };
  if (kty === "RSA") checkModulus(material, path);
  const kid =
    jwk.kid === undefined ? thumbprint(material) : checkText(jwk.kid, LONGEST_KID, `${path}.kid`);
  return {
    kid,
    algorithm,
    publicJwk: Object.freeze({ ...material, kid, alg: algorithm, use: "sig" }),
  };
}

/** The same of a JWK that must be private. */
export function readKey(jwk: unknown, path: string): KeyRecord {
  const record = readPublicKey(jwk, path);
  checkObject(jwk, path);
  const { privateMembers } = SHAPES[record.algorithm];
  const secret = membersOf(jwk, privateMembers, path);
  return { ...record, privateJwk: Object.freeze({ ...record.publicJwk, ...secret }) };
}

/** The thumbprint (RFC 7638) of a record's key, whatever it is called. */
export function thumbprintOf({ publicJwk }: PublicKeyRecord): string {
  const { kid: _kid, alg: _alg, use: _use, ...material } = publicJwk;
  return thumbprint(material);
}

function algorithmOf(jwk: Readonly<Record<string, unknown>>, path: string): SigningAlgorithm {
  if (jwk.alg !== undefined) return checkOneOf(jwk.alg, ALGORITHMS, `${path}.alg`);
  const found = ALGORITHMS.find(
    (algorithm) => SHAPES[algorithm].kty === jwk.kty && SHAPES[algorithm].crv === jwk.crv,
  );
  if (found !== undefined) return found;
  throw new TypeError(`${path} must be a JWK of type RSA, of P-256 or of Ed25519`);
}

function membersOf(
  jwk: Readonly<Record<string, unknown>>,
  names: readonly string[],
  path: string,
): Record<string, string> {
  const members: Record<string, string> = {};
  for (const name of names) {
    const value = Object.hasOwn(jwk, name) ? jwk[name] : undefined;
    if (typeof value !== "string" || !/^[\w-]+$/.test(value))
      throw new TypeError(`${path}.${name} must be a string in base64url`);
    const isOfCurve = jwk.kty !== "RSA";
    if (isOfCurve && bytesOf(value).length !== CURVE_BYTES)
      throw new RangeError(`${path}.${name} must be ${CURVE_BYTES} bytes`);
    members[name] = value;
  }
  return members;
}

/** RFC 7518 section 3.3: 2048 bits or more. */
function checkModulus({ n = "" }: Readonly<Record<string, string>>, path: string): void {
  const bytes = bytesOf(n);
  const first = bytes.findIndex((byte) => byte !== 0);
  const bits = first < 0 ? 0 : (bytes.length - first) * 8 - Math.clz32(bytes[first] ?? 0) + 24;
  if (bits < LEAST_MODULUS_BITS)
    throw new RangeError(`${path}.n must have at least ${LEAST_MODULUS_BITS} bits`);
}

/** Empty for what is no base64url, which is too short then. */
function bytesOf(text: string): Uint8Array {
  try {
    return base64url.decode(text);
  } catch {
    return new Uint8Array();
  }
}

/** RFC 7638 section 3: the members that a public key must have, by name, without spaces. */
function thumbprint(material: JWK): string {
  const sorted = Object.entries(material).sort(([a], [b]) => (a < b ? -1 : 1));
  return base64url.encode(sha256(utf8ToBytes(JSON.stringify(Object.fromEntries(sorted)))));
}
