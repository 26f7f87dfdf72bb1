// Checked by `npm run typecheck`: nothing here runs.
import { createProtect, mount } from "tokenry/fetch";
import {
  type AccessTokenClaims,
  type AccessTokenVerifier,
  accessTokenVerifier,
  type GeneratedKeys,
  generateKeys,
  introspectParent,
  type KeyRotation,
  OAUTH_ERRORS,
  type OAuthClient,
  type OAuthErrorCode,
  type OAuthServerOptions,
  oauthServer,
  type ParentCheck,
  type ProofAlgorithm,
  protectedResource,
  resourceMetadataUrl,
  type SigningAlgorithm,
  type SigningKeys,
  type StoredSigningKeys,
  storedKeys,
  suppliedKeys,
  type WebHandler,
  watchParent,
} from "tokenry/oauth";
import { expectTypeOf } from "vitest";
import { type Accepted, memoryBus, memoryReplays, memoryRepository } from "../../src/index.ts";
import { type Profile, tokens } from "./shop.ts";

const issuer = "https://auth.example.com";
const resource = "https://orders.example.com";
declare const keys: SigningKeys;
const least = { issuer, keys, resources: [resource] } satisfies OAuthServerOptions;

// A server over any tokenry, and what must be there.
expectTypeOf(oauthServer(tokens, least)).toEqualTypeOf<WebHandler>();
mount(oauthServer(tokens, least), { peer: () => "192.0.2.1" });
// @ts-expect-error nothing that grants
oauthServer({ verify: tokens.verify }, least);
// @ts-expect-error no keys
oauthServer(tokens, { issuer, resources: [resource] });
// @ts-expect-error no resources
oauthServer(tokens, { issuer, keys });
// @ts-expect-error a mistyped option
oauthServer(tokens, { ...least, isuer: issuer });
// @ts-expect-error an option that is left out is left out, not undefined
oauthServer(tokens, { ...least, clients: undefined });
oauthServer(tokens, { ...least, resources: { [resource]: { apis: ["orders"] }, "urn:a": {} } });
// @ts-expect-error no such field of a resource
oauthServer(tokens, { ...least, resources: { [resource]: { api: "orders" } } });
oauthServer(tokens, { ...least, accessTokenLifetime: { minutes: 5 }, guessing: false });
// @ts-expect-error a number of seconds is no duration
oauthServer(tokens, { ...least, accessTokenLifetime: 900 });
oauthServer(tokens, { ...least, dpop: false, replays: memoryReplays() });
oauthServer(tokens, {
  ...least,
  dpop: { algorithms: ["ES256"], nonces: { lifetime: { hours: 1 } } },
});
// @ts-expect-error symmetric: whoever checks it could write it
oauthServer(tokens, { ...least, dpop: { algorithms: ["HS256"] } });
oauthServer(tokens, { ...least, claims: ({ owner, access }) => ({ owner: owner.id, access }) });
// @ts-expect-error claims are an object
oauthServer(tokens, { ...least, claims: () => "admin" });

// Clients are a list, or looked up, now or later.
const client: OAuthClient = { id: "cli" };
oauthServer(tokens, { ...least, clients: [client], registeredClientsOnly: true });
oauthServer(tokens, { ...least, clients: { find: (id) => (id === "cli" ? client : undefined) } });
oauthServer(tokens, { ...least, clients: { find: async () => undefined } });
// @ts-expect-error an API token is its secret: there is no other
oauthServer(tokens, { ...least, clients: [{ id: "cli", secret: "s" }] });

// Keys of the host's, as they are made, or in a store.
expectTypeOf(generateKeys).returns.resolves.toEqualTypeOf<GeneratedKeys>();
expectTypeOf(suppliedKeys(await generateKeys({ algorithm: "EdDSA" }))).toEqualTypeOf<SigningKeys>();
oauthServer(tokens, { ...least, keys: await generateKeys() });
// @ts-expect-error no such algorithm of signatures
void generateKeys({ algorithm: "HS256" });
expectTypeOf<SigningAlgorithm>().toEqualTypeOf<"RS256" | "ES256" | "EdDSA">();
expectTypeOf<"PS256">().toExtend<ProofAlgorithm>();
const stored = storedKeys({
  store: memoryRepository(),
  encryptionKeys: [{ id: "2026", key: new Uint8Array(32) }],
});
expectTypeOf(stored).toEqualTypeOf<StoredSigningKeys>();
oauthServer(tokens, { ...least, keys: stored });
// @ts-expect-error under what is it encrypted?
storedKeys({ store: memoryRepository() });
// @ts-expect-error a bus keeps no keys
storedKeys({ store: memoryBus(), encryptionKeys: [] });
export async function rotates(): Promise<void> {
  const rotation = await stored.rotate({ compromised: true });
  expectTypeOf(rotation).toEqualTypeOf<KeyRotation>();
  if (rotation.rotated) expectTypeOf(rotation.kid).toEqualTypeOf<string>();
  else expectTypeOf(rotation.readyAt).toEqualTypeOf<Date>();
  // @ts-expect-error a mistyped wish
  await stored.rotate({ isCompromised: true });
}

// A verifier has the profile that the host makes of the claims, and stands for a tokenry.
const verifier = accessTokenVerifier({
  issuer,
  audience: [resource],
  profile: ({ scope }): Profile => ({ department: scope }),
});
expectTypeOf(verifier).toEqualTypeOf<AccessTokenVerifier<Profile>>();
expectTypeOf(accessTokenVerifier({ issuer, audience: resource })).toEqualTypeOf<
  AccessTokenVerifier<unknown>
>();
const protect = createProtect(verifier);
protect(
  "orders",
  { permits: ({ profile }) => profile?.department === "finance" },
  (_request, token) => {
    expectTypeOf(token).toEqualTypeOf<Accepted<string, Profile>>();
    return new Response();
  },
);
createProtect(tokens, { accessTokens: verifier })("invoices", () => new Response());
// @ts-expect-error the API is the tokenry's to name
createProtect(tokens, { accessTokens: verifier })("refunds", () => new Response());
// @ts-expect-error for whom?
accessTokenVerifier({ issuer });
accessTokenVerifier({ issuer, audience: resource, jwks: async () => ({ keys: [] }), cache: false });
// @ts-expect-error where proofs are checked, there is no `false`
accessTokenVerifier({ issuer, audience: resource, dpop: false });
// @ts-expect-error a mistyped option
accessTokenVerifier({ issuer, audience: resource, clockTolerence: { seconds: 5 } });
// @ts-expect-error a verifier has nothing to grant
verifier.grant("token");

// What tells of the API token behind an access token, tokenry's or the host's.
const endpoint = `${issuer}/introspect`;
const asks = introspectParent({ endpoint, client: { id: "orders", secret: "s" } });
expectTypeOf(asks).toEqualTypeOf<ParentCheck>();
expectTypeOf(watchParent({ bus: memoryBus() })).toEqualTypeOf<ParentCheck>();
introspectParent({ endpoint, client: { id: "orders", privateKey: {}, audience: issuer } });
// @ts-expect-error who asks?
introspectParent({ endpoint });
// @ts-expect-error neither a secret nor a key
introspectParent({ endpoint, client: { id: "orders" } });
// @ts-expect-error nothing that tells
watchParent({});
accessTokenVerifier({
  ...{ issuer, audience: resource },
  parent: { check: ({ tokenry }) => (tokenry.hint === "" ? "ended" : "lives") },
});
// @ts-expect-error no such state
accessTokenVerifier({ issuer, audience: resource, parent: { check: () => "dead" } });

// What a resource server says of itself.
expectTypeOf(
  protectedResource({ resource, authorizationServers: [issuer], dpop: { required: true } }),
).toEqualTypeOf<WebHandler>();
expectTypeOf(resourceMetadataUrl).toEqualTypeOf<(resource: string) => string>();
// @ts-expect-error whose tokens does it take?
protectedResource({ resource });

// Claims and errors are read-only, and known by name.
expectTypeOf(OAUTH_ERRORS).toExtend<Readonly<Record<OAuthErrorCode, unknown>>>();
export function readOnly(claims: AccessTokenClaims, code: OAuthErrorCode): void {
  // @ts-expect-error read-only
  claims.sub = "mia";
  // @ts-expect-error read-only
  claims.tokenry.id = "id";
  // @ts-expect-error no such error
  void (code === "nope");
}
