import { wellKnownUrl } from "../well-known.ts";

/** Where an authorization server answers. */
export interface EndpointUrls {
  readonly metadata: string;
  readonly jwks: string;
  readonly token: string;
  readonly introspection: string;
  readonly revocation: string;
}

/** The URLs below an issuer's own path, and the one between its host and its path (R8414-01). */
export function endpointUrls(issuer: string): EndpointUrls {
  const base = issuer.replace(/\/$/, "");
  return {
    metadata: wellKnownUrl(issuer, "oauth-authorization-server"),
    jwks: `${base}/jwks`,
    token: `${base}/token`,
    introspection: `${base}/introspect`,
    revocation: `${base}/revoke`,
  };
}
