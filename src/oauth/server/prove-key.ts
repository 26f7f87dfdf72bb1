import type { HeaderField } from "../../http/answer.ts";
import { nonceField } from "../../http/refusals.ts";
import { normalizedUrl } from "../dpop/same-url.ts";
import { verifyProof } from "../dpop/verify-proof.ts";
import type { OAuthRefusal } from "./answers.ts";
import type { OAuthClient } from "./clients.ts";
import type { EndpointCall, ServerContext } from "./context.ts";

/** The key that a request was proved to be made with, if any, or why the request is refused. */
export type ProvedKey =
  | { readonly ok: true; readonly thumbprint: string | undefined }
  | { readonly ok: false; readonly refusal: OAuthRefusal };

/** Checks the `DPoP` field of a token request (RFC 9449 section 5), and counts failures. Rejects when the replay store fails. */
export async function proveKey(
  { proofs: rules, failures, now }: Pick<ServerContext, "proofs" | "failures" | "now">,
  { headers, url, address }: Pick<EndpointCall, "headers" | "url" | "address">,
  client: OAuthClient | undefined,
): Promise<ProvedKey> {
  const field = headers.get("dpop");
  if (rules === undefined || field === null) return withoutProof(client);
  // Two lines come as one with a comma between them, which is no proof (R9449-01).
  const request = { proofs: [field], method: "POST", url: normalizedUrl(url) };
  const at = now();
  const verdict = await verifyProof(rules, request, at);
  if (verdict.ok) return verdict;
  const nonce = rules.nonces?.current(at);
  if (verdict.code !== "use_dpop_nonce" || nonce === undefined) {
    // A signature by a key of anybody's choice was verified for it; a resource server counts these, too.
    failures?.count(address);
    return { ok: false, refusal: { error: "invalid_dpop_proof" } };
  }
  return { ok: false, refusal: { error: "use_dpop_nonce", fields: [nonceField(nonce)] } };
}

function withoutProof(client: OAuthClient | undefined): ProvedKey {
  if (client?.dpopBoundAccessTokens !== true) return { ok: true, thumbprint: undefined };
  const description = "This client must send a DPoP proof.";
  return { ok: false, refusal: { error: "invalid_dpop_proof", description } };
}

/** The nonce for the next proof, on an answer to one that was good (RFC 9449 section 8.2). */
export function nextNonce(
  { proofs, now }: Pick<ServerContext, "proofs" | "now">,
  thumbprint: string | undefined,
): readonly HeaderField[] {
  const nonce = thumbprint === undefined ? undefined : proofs?.nonces?.current(now());
  return nonce === undefined ? [] : [nonceField(nonce)];
}
