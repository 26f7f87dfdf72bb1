import type { OAuthRefusal } from "../answers.ts";
import type { Form } from "../form.ts";
import type { GrantSource } from "./grant-source.ts";

export const TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";

const TYPE = "urn:ietf:params:oauth:token-type:";
const ACCESS_TOKEN = `${TYPE}access_token`;
/** An API token is long-lived, and opaque: clients call it either. A JWT that was issued here is no API token, and opens nothing here. */
const SUBJECT_TYPES: ReadonlySet<string | undefined> = new Set([
  `${TYPE}refresh_token`,
  ACCESS_TOKEN,
]);
/** What is issued is both. */
const ISSUED_TYPES: ReadonlySet<string> = new Set([ACCESS_TOKEN, `${TYPE}jwt`]);

/** Reads a token exchange (RFC 8693 section 2.1): whoever is not the subject's own client may not act for it, so no actor is taken. */
export function readTokenExchange(form: Form): GrantSource | OAuthRefusal {
  const secret = form.get("subject_token");
  const issued = form.get("requested_token_type") ?? ACCESS_TOKEN;
  if (secret === undefined) return invalid("A subject_token is required.");
  if (!SUBJECT_TYPES.has(form.get("subject_token_type")))
    return invalid("The subject_token_type must be that of a refresh token or an access token.");
  if (!ISSUED_TYPES.has(issued))
    return invalid("The requested_token_type must be that of an access token or a JWT.");
  const [actor, actorType] = [form.get("actor_token"), form.get("actor_token_type")];
  if ((actor === undefined) !== (actorType === undefined))
    return invalid("An actor_token and an actor_token_type go together.");
  if (actor !== undefined) return invalid("No actor_token is accepted.");
  const fault = invalid("The subject_token is not valid.");
  return { type: "secret", secret, fault, members: { issued_token_type: issued } };
}

/** R8693-05. */
function invalid(description: string): OAuthRefusal {
  return { error: "invalid_request", description };
}
