import type { Levels } from "../../access/available.ts";
import { levelsOf, parseScope } from "../scope.ts";
import type { OAuthRefusal } from "./answers.ts";
import type { ServerContext } from "./context.ts";
import type { Form } from "./form.ts";
import { readClientCredentials } from "./grants/client-credentials.ts";
import type { GrantSource } from "./grants/grant-source.ts";
import { readRefreshToken } from "./grants/refresh-token.ts";
import { readTokenExchange, TOKEN_EXCHANGE } from "./grants/token-exchange.ts";
import { chooseTargets, servesAll, type Targets } from "./targets.ts";

/** What is asked of the token endpoint. */
export interface TokenRequest {
  readonly source: GrantSource;
  /** The levels that are asked for; `undefined`: all that the API token opens. */
  readonly levels: Levels | undefined;
  readonly targets: Targets;
}

type GrantReader = (form: Form) => GrantSource | OAuthRefusal;

const GRANTS: ReadonlyMap<string, GrantReader> = new Map([
  ["refresh_token", readRefreshToken],
  [TOKEN_EXCHANGE, readTokenExchange],
  ["client_credentials", readClientCredentials],
]);

/** The grant types that there are. */
export const GRANT_TYPES: readonly string[] = [...GRANTS.keys()];

/** Reads a request to the token endpoint, before anybody is asked who sends it. */
export function readTokenRequest(
  { resources, wholeScope }: Pick<ServerContext, "resources" | "wholeScope">,
  form: Form,
): TokenRequest | OAuthRefusal {
  const type = form.get("grant_type");
  if (type === undefined)
    return { error: "invalid_request", description: "A grant_type is required." };
  const source = GRANTS.get(type)?.(form) ?? ({ error: "unsupported_grant_type" } as const);
  if ("error" in source) return source;
  const targets = chooseTargets([...form.all("resource"), ...form.all("audience")], resources);
  if (targets === undefined) return { error: "invalid_target" };
  const levels = readLevels(form.get("scope"), wholeScope);
  if (levels === "invalid") return { error: "invalid_scope" };
  if (levels !== undefined && !servesAll(targets, levels)) return { error: "invalid_scope" };
  return { source, levels, targets };
}

/** What is not understood is refused, not passed over: the client would think that it has it. */
function readLevels(
  text: string | undefined,
  wholeScope: string | undefined,
): Levels | "invalid" | undefined {
  if (text === undefined) return undefined;
  const scopes = parseScope(text);
  if (scopes === undefined) return "invalid";
  if (wholeScope === undefined || !scopes.includes(wholeScope))
    return levelsOf(scopes) ?? "invalid";
  return scopes.length === 1 ? undefined : "invalid";
}
