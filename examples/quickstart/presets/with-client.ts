import type { Tokenry } from "tokenry";
import { type Client, createClient } from "../client.ts";
import type { Teller } from "../print.ts";
import { BEARER, type RunningServer, type Scheme, startServer } from "../server.ts";

/** A client program and the server that it calls, for as long as a play lasts. */
export async function withClient(
  tell: Teller,
  tokens: Tokenry,
  play: (call: Client, server: RunningServer) => Promise<void>,
  scheme: Scheme = BEARER,
): Promise<void> {
  const server = await startServer(tokens, scheme);
  try {
    await play(createClient(tell, server), server);
  } finally {
    await server.close();
  }
}
