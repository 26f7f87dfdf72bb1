import { serializeItem } from "structured-headers";
import { type Credentials, DPOP_KEY, type Scheme } from "./credentials.ts";

/** The error codes of RFC 6750 section 3.1, and those of RFC 9449 sections 7.1 and 9. */
export type ChallengeError = "invalid_request" | "invalid_token" | "insufficient_scope" | DpopError;

/** What is wrong with a proof, and so nobody's affair who comes with another scheme. */
type DpopError = "invalid_dpop_proof" | "use_dpop_nonce";

/** What a challenge says of access tokens. */
export interface AccessTokenTerms {
  /** What proofs may be signed with; `undefined`: there is no challenge of the scheme DPoP. */
  readonly algorithms?: readonly string[] | undefined;
  /** Whether DPoP is the only scheme worth naming. */
  readonly isDpopAlone?: boolean | undefined;
  /** Where the metadata of this resource server is (RFC 9728 section 5.1). */
  readonly resourceMetadata?: string | undefined;
}

/** Where only header fields hold tokens there is no scheme, and an answer with 401 has a challenge all the same (R6750-12). */
const NO_SCHEME = { name: "ApiKey", key: "apikey" };

/**
 * Writes the value of `WWW-Authenticate`: one challenge for each scheme, without an error when nothing was presented.
 *
 * A quoted-string of RFC 9110 and a String of structured fields escape alike; what is neither visible ASCII nor a space is refused, so that
 * nothing can break out of it (R6750-06 to R6750-09, R9449-06, R9728-04, T-16).
 *
 * @throws Error for a text that a header cannot hold.
 */
export function challenge(
  { schemes }: Credentials,
  realm: string,
  error?: { readonly code: ChallengeError; readonly description: string },
  terms: AccessTokenTerms = {},
): string {
  const { algorithms, isDpopAlone = false, resourceMetadata } = terms;
  const named = schemes.filter(({ key }) => !isDpopAlone || key === DPOP_KEY);
  const challengeOf = ({ name, key }: Pick<Scheme, "name" | "key">): string => {
    const isDpop = key === DPOP_KEY && algorithms !== undefined;
    const parameters = [`realm=${serializeItem(realm)}`];
    if (error !== undefined && (isDpop || !isDpopError(error.code))) {
      const description = serializeItem(error.description);
      parameters.push(`error="${error.code}"`, `error_description=${description}`);
    }
    if (isDpop) parameters.push(`algs=${serializeItem(algorithms.join(" "))}`);
    if (resourceMetadata !== undefined)
      parameters.push(`resource_metadata=${serializeItem(resourceMetadata)}`);
    return `${name} ${parameters.join(", ")}`;
  };
  return (named.length === 0 ? [NO_SCHEME] : named).map(challengeOf).join(", ");
}

function isDpopError(code: ChallengeError): code is DpopError {
  return code === "invalid_dpop_proof" || code === "use_dpop_nonce";
}
