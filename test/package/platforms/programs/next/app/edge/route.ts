import { createProtect, type FetchHandler } from "tokenry/fetch";
import { issueSecrets, liveThrough, tokens } from "../../../shop.ts";

export const GET: FetchHandler = createProtect(tokens)("orders", () => new Response("ok"));

/** Its memory is not that of the other routes. */
export async function POST(): Promise<Response> {
  return Response.json({ secrets: await issueSecrets(), life: await liveThrough() });
}

export const runtime = "edge";
