import type { Answer, Client } from "../client.ts";
import type { Host } from "../host.ts";
import type { Teller } from "../print.ts";

/** Where a step takes place: the host's own code and a client program, both telling what they do. */
export interface Scene {
  readonly tell: Teller;
  readonly host: Host;
  readonly call: Client;
  /** What a client saw of tokens that are not accepted. */
  readonly refusals: Answer[];
}
