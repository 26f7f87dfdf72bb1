import { exchangeAndVerify } from "../../../exchange.ts";
import { issueSecrets, tokens } from "../../../shop.ts";

export async function GET(): Promise<Response> {
  return Response.json(await exchangeAndVerify(tokens, (await issueSecrets()).reader));
}

export const dynamic = "force-dynamic";
