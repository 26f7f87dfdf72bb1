import type { Verdict, VerifyRequest } from "../model.ts";

/** How a request presented its token: what a proof of possession (DPoP, RFC 9449) is checked against. */
export interface Presentation {
  /** The scheme of `Authorization`, in lower case: `"bearer"`, `"dpop"`; `""` for a header field of its own. */
  readonly scheme: string;
  /** The values of all `DPoP` lines, in order. */
  readonly proofs: readonly string[];
  /** The path and query that the client asked for, or the whole URL where the platform knows no less. */
  readonly target: string;
}

/** What a call with an access token asks for. */
export interface AccessTokenRequest<ApiName extends string = string, Profile = unknown>
  extends VerifyRequest<ApiName, Profile> {
  /** Absent: nobody can tell, so that a token that is bound to a key is refused. */
  readonly presented?: Presentation | undefined;
}

/** What a resource server says of proofs of possession. */
export interface DpopTerms {
  /** What proofs may be signed with, for the challenge. */
  readonly algorithms: readonly string[];
  /** Whether tokens that are bound to no key are refused. */
  readonly isRequired: boolean;
  /** The nonce for the client's next proof; `undefined`: none is asked for. */
  nonce(): string | undefined;
}

/** A name that the compiler completes, while any text is taken, as with `Tokenry.verify`: a name from a request is refused at run time. */
type Named<Name extends string> = Name | (string & Record<never, never>);

/** What checks access tokens: `accessTokenVerifier` of `tokenry/oauth` makes one. */
export interface AccessTokens<
  Kind extends string = string,
  ApiName extends string = string,
  Profile = unknown,
> {
  verify(
    token: string,
    request: AccessTokenRequest<Named<ApiName>, Profile>,
  ): Promise<Verdict<Kind, Profile>>;
  /** `undefined`: tokens that are bound to a key are refused. */
  readonly dpop: DpopTerms | undefined;
  /** Where the metadata of this resource server is (RFC 9728 section 5.1), for challenges. */
  readonly resourceMetadata: string | undefined;
}

const COMPACT = /^[\w-]+\.[\w-]+\.[\w-]*$/;

/** Whether a text has the shape of a JWT (RFC 7515 section 7.1). No secret of a tokenry has a dot. */
export function looksLikeAccessToken(text: string): boolean {
  return COMPACT.test(text);
}
