import { issueSecrets, liveThrough } from "../../../shop.ts";

export async function GET(): Promise<Response> {
  return Response.json({ secrets: await issueSecrets(), life: await liveThrough() });
}

export const dynamic = "force-dynamic";
