import { checkFlag, checkKeys, checkList, checkOneOf } from "../../checks.ts";
import { exactLength } from "../../lifecycle/duration.ts";
import type { Duration } from "../../model.ts";
import type { ReplayStore } from "../../ports/replay-store.ts";
import { createNonces, type Nonces } from "./nonces.ts";
import type { ProofRules } from "./verify-proof.ts";

/** An algorithm of proofs. */
export type ProofAlgorithm = `${"ES" | "RS" | "PS"}${"256" | "384" | "512"}` | "EdDSA" | "Ed25519";

/** What proofs may be signed with: asymmetric algorithms alone (R9449-01). */
export const PROOF_ALGORITHMS: readonly ProofAlgorithm[] = [
  ...(["ES256", "ES384", "ES512", "RS256", "RS384", "RS512"] as const),
  ...(["PS256", "PS384", "PS512", "EdDSA", "Ed25519"] as const),
];

/** How proofs of possession are checked (DPoP, RFC 9449). */
export interface DpopOptions {
  /** Default `["ES256", "EdDSA", "Ed25519", "PS256", "RS256"]`. */
  readonly algorithms?: readonly ProofAlgorithm[];
  /** How long after it was made a proof is taken, besides `leeway`. Default 1 minute. */
  readonly maxAge?: Duration;
  /** How far a client's clock may differ from ours. Default 5 seconds. */
  readonly leeway?: Duration;
  /**
   * Whether proofs must hold a nonce of this server, which makes them useless elsewhere and later. Default `false`. Where several servers
   * answer for one URL they need one `key`, of 32 random bytes; a nonce is good for `lifetime`, default 5 minutes, to twice that.
   */
  readonly nonces?: boolean | { readonly key?: Uint8Array; readonly lifetime?: Duration };
}

/** Where DPoP options stand, and what they work with. */
export interface DpopPlace {
  readonly path: string;
  readonly replays: ReplayStore;
}

export const DPOP_KEYS = ["algorithms", "maxAge", "leeway", "nonces"] as const;
const NONCE_KEYS: ReadonlySet<string> = new Set(["key", "lifetime"]);
const USUAL: readonly ProofAlgorithm[] = ["ES256", "EdDSA", "Ed25519", "PS256", "RS256"];
const LEAST_KEY_BYTES = 32;

/** Checks the options. @throws TypeError or RangeError that names the path. */
export function resolveProofRules(options: DpopOptions, { path, replays }: DpopPlace): ProofRules {
  const algorithms = checkList(options.algorithms ?? USUAL, `${path}.algorithms`);
  if (algorithms.length === 0) throw new RangeError(`${path}.algorithms must not be empty`);
  return {
    algorithms: algorithms.map((algorithm, index) =>
      checkOneOf(algorithm, PROOF_ALGORITHMS, `${path}.algorithms[${index}]`),
    ),
    maxAgeMs: exactLength(options.maxAge ?? { minutes: 1 }, `${path}.maxAge`),
    leewayMs: exactLength(options.leeway ?? { seconds: 5 }, `${path}.leeway`),
    nonces: resolveNonces(options.nonces ?? false, `${path}.nonces`),
    replays,
  };
}

function resolveNonces(
  nonces: NonNullable<DpopOptions["nonces"]>,
  path: string,
): Nonces | undefined {
  if (typeof nonces === "boolean")
    return checkFlag(nonces, path) ? resolveNonces({}, path) : undefined;
  checkKeys(nonces, NONCE_KEYS, path);
  const { key, lifetime = { minutes: 5 } } = nonces;
  if (key !== undefined && !(key instanceof Uint8Array))
    throw new TypeError(`${path}.key must be a Uint8Array`);
  if (key !== undefined && key.length < LEAST_KEY_BYTES)
    throw new RangeError(`${path}.key must be at least ${LEAST_KEY_BYTES} bytes`);
  return createNonces(key, exactLength(lifetime, `${path}.lifetime`));
}
