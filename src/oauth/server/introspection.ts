import { SignJWT } from "jose";
import type { Answer } from "../../http/answer.ts";
import { jsonAnswer, refusalAnswer } from "./answers.ts";
import { authenticateClient, countedRefusal } from "./authenticate-client.ts";
import type { Endpoint, ServerContext } from "./context.ts";
import { type Introspected, introspected } from "./introspected.ts";

/** The media type of a signed answer (RFC 9701 section 4). */
const JWT_TYPE = "token-introspection+jwt";

/**
 * The introspection endpoint (RFC 7662), for clients that authenticate: an answer to anybody else would tell which tokens there are.
 *
 * Source: R7662-01 to R7662-06; RFC 9701.
 */
export const introspect: Endpoint = async (context, call) => {
  const token = call.form.get("token");
  if (token === undefined)
    return refusalAnswer({ error: "invalid_request", description: "A token is required." });
  const authenticated = await authenticateClient(context, call);
  if (!authenticated.ok) return refusalAnswer(authenticated.refusal);
  const { client } = authenticated;
  if (client.id === undefined || client.method === "none")
    return refusalAnswer(countedRefusal(context, call));
  const answer = await introspected(context, client, token);
  return context.signsIntrospection && asksForJwt(call.headers)
    ? signedAnswer(context, answer, client.id)
    : jsonAnswer(answer);
};

/** Whether the type is named; who takes anything gets JSON. */
function asksForJwt(headers: Headers): boolean {
  const ranges = (headers.get("accept") ?? "").toLowerCase().split(",");
  return ranges.some((range) => {
    const [type, ...parameters] = range.split(";").map((part) => part.trim());
    const isUnwanted = parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter));
    return type === `application/${JWT_TYPE}` && !isUnwanted;
  });
}

/** RFC 9701 section 5: neither `sub` nor `exp` beside the answer, so that nobody takes it for an access token. */
async function signedAnswer(
  { keys, issuer, now }: ServerContext,
  answer: Introspected,
  audience: string,
): Promise<Answer> {
  const { kid, algorithm, privateKey } = await keys.current();
  const body = await new SignJWT({ token_introspection: answer })
    .setProtectedHeader({ alg: algorithm, kid, typ: JWT_TYPE })
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt(Math.floor(now() / 1000))
    .sign(privateKey);
  const headers = [
    ["content-type", `application/${JWT_TYPE}`],
    ["cache-control", "no-store"],
    ["pragma", "no-cache"],
  ] as const;
  return { status: 200, headers, body };
}
