export type {
  AccessTokenRequest,
  AccessTokens,
  DpopTerms,
  Presentation,
} from "../http/access-tokens.ts";
export type { WebClient, WebHandler } from "../http/web-handler.ts";
export type { AccessTokenClaims, TokenClaims } from "./claims.ts";
export type { DpopOptions, ProofAlgorithm } from "./dpop/options.ts";
export type { EncryptionKey } from "./keys/encryption-keys.ts";
export {
  type GeneratedKeys,
  type GenerateKeysOptions,
  generateKeys,
} from "./keys/generate-keys.ts";
export type { SigningAlgorithm, SigningKey, SigningKeys } from "./keys/signing-keys.ts";
export { storedKeys } from "./keys/stored-keys.ts";
export type { StoredKeysOptions } from "./keys/stored-keys-options.ts";
export type {
  KeyRotation,
  MaintainKeysResult,
  RotateKeysRequest,
  StoredSigningKeys,
} from "./keys/stored-signing-keys.ts";
export { type SuppliedKeysOptions, suppliedKeys } from "./keys/supplied-keys.ts";
export {
  type ProtectedResourceOptions,
  protectedResource,
  resourceMetadataUrl,
} from "./protected-resource.ts";
export { OAUTH_ERRORS, type OAuthErrorCode } from "./server/answers.ts";
export type { FindClient, OAuthClient } from "./server/clients.ts";
export type { GrantedFacts, MoreClaims, TokenSource } from "./server/context.ts";
export { oauthServer } from "./server/oauth-server.ts";
export type { OAuthServerOptions } from "./server/options.ts";
export type { OAuthClients } from "./server/resolve-clients.ts";
export type { OAuthResources, ResourceOptions } from "./server/resolve-resources.ts";
export { type AccessTokenVerifier, accessTokenVerifier } from "./verifier/access-token-verifier.ts";
export type { IntrospectionClient } from "./verifier/ask-introspection.ts";
export { type IntrospectParentOptions, introspectParent } from "./verifier/introspect-parent.ts";
export type { KeySource, PublicKeys } from "./verifier/key-source.ts";
export type { AccessTokenVerifierOptions, ResourceDpopOptions } from "./verifier/options.ts";
export type { ParentCheck, ParentState } from "./verifier/parent.ts";
export { type WatchParentOptions, watchParent } from "./verifier/watch-parent.ts";
