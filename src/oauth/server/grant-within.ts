import type { Refused } from "../../model.ts";
import type { GrantCredential, GrantedFacts, ServerContext } from "./context.ts";
import type { TokenRequest } from "./token-request.ts";

/** Who asks, by what and from where. */
export interface GrantHolder {
  readonly credential: GrantCredential;
  readonly address: string | undefined;
}

/** Asks the tokenry for what a request asks for, at the chosen resources alone: the budgets of other APIs are none of theirs. */
export function grantWithin(
  { tokens }: Pick<ServerContext, "tokens">,
  { levels, targets }: Pick<TokenRequest, "levels" | "targets">,
  { credential, address }: GrantHolder,
): Promise<GrantedFacts | Refused> {
  const apis = targets.apis === undefined ? undefined : [...targets.apis];
  return tokens.grant(credential, { access: levels, apis, address });
}
