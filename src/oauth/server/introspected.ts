import type { Levels } from "../../access/available.ts";
import { TokenryError } from "../../errors.ts";
import type { Tokenry } from "../../face.ts";
import { looksLikeAccessToken } from "../../http/access-tokens.ts";
import type { AccessTokenClaims } from "../claims.ts";
import { isWithin } from "../is-within.ts";
import { revokedKey } from "../revoked-key.ts";
import { levelsAmong, parseScope, scopesOf } from "../scope.ts";
import type { AuthenticatedClient } from "./authenticate-client.ts";
import type { ServerContext } from "./context.ts";
import { readOwnAccessToken } from "./own-access-token.ts";

/** What an introspection tells: nothing but `active` of a token that is not (RFC 7662 section 2.2). */
export type Introspected =
  | { readonly active: false }
  | (Readonly<Record<string, unknown>> & { readonly active: true });

/** The one answer for what is unknown, over, revoked, or not for who asks (R7662-04). */
const INACTIVE: Introspected = Object.freeze({ active: false });

/**
 * Tells a client of a token, by its shape: a hint can be wrong, and narrows nothing (R7662-05). Rejects for an outage.
 */
export async function introspected(
  context: ServerContext,
  client: AuthenticatedClient,
  token: string,
): Promise<Introspected> {
  return looksLikeAccessToken(token)
    ? accessToken(context, client, token)
    : apiToken(context, client, token);
}

async function accessToken(
  context: ServerContext,
  client: AuthenticatedClient,
  token: string,
): Promise<Introspected> {
  const now = context.now();
  const claims = await readOwnAccessToken(context, token, now);
  if (claims === undefined || !mayAsk(client, claims)) return INACTIVE;
  const { id: tokenId, secretCreatedAt } = claims.tokenry;
  if (await context.replays.has(revokedKey(claims.jti), now)) return INACTIVE;
  const open = await openTo(context, { tokenId, secretCreatedAt });
  const levels = levelsAmong(parseScope(claims.scope) ?? []);
  if (open === undefined || !isWithin(levels, open.access)) return INACTIVE;
  // All that the token says: who asks can read it there, and the host's own claims are among it.
  return { ...claims, active: true, token_type: claims.cnf === undefined ? "Bearer" : "DPoP" };
}

/** Who serves a resource that the token is for, and who it was issued to. */
function mayAsk({ id, registered }: AuthenticatedClient, claims: AccessTokenClaims): boolean {
  const audience: readonly string[] = [claims.aud].flat();
  const served = registered?.introspects ?? [];
  return id === claims.client_id || served.some((resource) => audience.includes(resource));
}

/**
 * An API token is told to who serves a resource that it opens, and with what it opens there. How it may be presented is the host's affair: there
 * is no `token_type`.
 */
async function apiToken(
  context: ServerContext,
  { registered }: AuthenticatedClient,
  secret: string,
): Promise<Introspected> {
  const resources = (registered?.introspects ?? []).flatMap(
    (id) => context.resources.get(id) ?? [],
  );
  if (resources.length === 0) return INACTIVE;
  const open = await openTo(context, secret);
  if (open === undefined) return INACTIVE;
  const access = Object.entries(open.access).filter(([api]) =>
    resources.some(({ apis }) => apis === undefined || apis.has(api)),
  );
  if (access.length === 0) return INACTIVE;
  const { createdAt, expiresAt } = open.token;
  return {
    ...{ active: true, iss: context.issuer, sub: open.owner.id, iat: secondsOf(createdAt) },
    scope: scopesOf(Object.fromEntries(access)).join(" "),
    ...(expiresAt === null ? {} : { exp: secondsOf(expiresAt) }),
  };
}

/** Rounded down: a token is never said to live longer than it does (R7662-03). */
function secondsOf(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}

interface Open {
  readonly token: { readonly createdAt: Date; readonly expiresAt: Date | null };
  readonly owner: { readonly id: string };
  readonly access: Levels;
}

/** What a credential opens now; `undefined` where it opens nothing. */
async function openTo(
  { tokens }: ServerContext,
  credential: Parameters<Tokenry["recheck"]>[0],
): Promise<Open | undefined> {
  const standing = await tokens.recheck(credential);
  // A cast: only levels that there are are in an access.
  if (standing.ok) return { ...standing, access: standing.access as Levels };
  if (standing.code === "unavailable") throw new TokenryError("unavailable");
  return undefined;
}
