import type { OAuthRefusal } from "./answers.ts";
import { readBasic } from "./basic-credentials.ts";
import type { EndpointCall } from "./context.ts";

/** How a client says who it is. */
export type PresentedClient =
  | { readonly type: "none"; readonly id: string | undefined }
  | {
      readonly type: "secret";
      readonly method: "client_secret_basic" | "client_secret_post";
      readonly id: string;
      readonly secret: string;
    }
  | { readonly type: "assertion"; readonly id: string | undefined; readonly assertion: string }
  /** What nobody can be authenticated by. */
  | { readonly type: "unreadable" };

const ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/** RFC 6749 appendix A.1, with a bound. */
const CLIENT_ID = /^[ -~]{1,256}$/;

const UNREADABLE: PresentedClient = { type: "unreadable" };
const SEVERAL: OAuthRefusal = {
  error: "invalid_request",
  description: "The client must authenticate in one way, as one client.",
};
const INCOMPLETE: OAuthRefusal = {
  error: "invalid_request",
  description: "The authentication of the client is not complete.",
};

/** Whether a text can be the id of a client. */
export function isClientId(text: string): boolean {
  return CLIENT_ID.test(text);
}

/** Reads how a client authenticates: in one way at most (RFC 6749 section 2.3). */
export function readClient({
  form,
  headers,
}: Pick<EndpointCall, "form" | "headers">): PresentedClient | OAuthRefusal {
  const authorization = headers.get("authorization");
  const [id, secret] = [form.get("client_id"), form.get("client_secret")];
  const [assertion, type] = [form.get("client_assertion"), form.get("client_assertion_type")];
  const ways = [authorization ?? undefined, secret, assertion ?? type];
  if (ways.filter((way) => way !== undefined).length > 1) return SEVERAL;
  if (id !== undefined && !isClientId(id))
    return { error: "invalid_request", description: "The client_id is not valid." };
  if (authorization !== null) return fromHeader(authorization, id);
  if (secret !== undefined)
    return id === undefined
      ? INCOMPLETE
      : { type: "secret", method: "client_secret_post", id, secret };
  if (assertion === undefined && type === undefined) return { type: "none", id };
  if (assertion === undefined || type === undefined) return INCOMPLETE;
  return type === ASSERTION_TYPE ? { type: "assertion", id, assertion } : UNREADABLE;
}

function fromHeader(header: string, named: string | undefined): PresentedClient | OAuthRefusal {
  // A comma joins the lines of a field that is there twice; no line of this scheme holds one.
  if (header.includes(",")) return SEVERAL;
  const credentials = readBasic(header);
  if (credentials === undefined || !isClientId(credentials.id)) return UNREADABLE;
  if (named !== undefined && named !== credentials.id) return SEVERAL;
  return { type: "secret", method: "client_secret_basic", ...credentials };
}
