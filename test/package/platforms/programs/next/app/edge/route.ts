import { createProtect, type FetchHandler } from "tokenry/fetch";
import { exchangeAndVerify } from "../../../exchange.ts";
import { issueSecrets, liveThrough, tokens } from "../../../shop.ts";

export const GET: FetchHandler = createProtect(tokens)("orders", () => new Response("ok"));

export async function PUT(): Promise<Response> {
  return Response.json(await exchangeAndVerify(tokens, (await issueSecrets()).reader));
}

/** Its memory is not that of the other routes. */
export async function POST(): Promise<Response> {
  return Response.json({ secrets: await issueSecrets(), life: await liveThrough() });
}

export const runtime = "edge";
