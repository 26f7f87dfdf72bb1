import { TokenryError } from "../errors.ts";
import { isExpired } from "../lifecycle/expiry.ts";
import type { Actor, Token } from "../model.ts";
import { publicToken } from "../state/public-token.ts";
import { openToken } from "./authorize.ts";
import type { Context } from "./context.ts";
import { checkActor, checkRequest, checkTokenId } from "./input.ts";

/** Which token to show. */
export interface GetRequest {
  readonly tokenId: string;
  readonly actor: Actor;
}

/** Shows a token. See `Tokenry.get`. */
export async function get(context: Context, request: GetRequest): Promise<Token> {
  checkRequest(request, ["tokenId", "actor"]);
  const tokenId = checkTokenId(request.tokenId);
  const actor = checkActor(request.actor);
  await context.uses.flushSoon();
  const { token } = await openToken(context, { tokenId, actor, deed: "read" });
  if (isExpired(token, context.now())) throw new TokenryError("not_found");
  return publicToken(token);
}
