import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Clock } from "tokenry";
import { managementApi } from "tokenry/manage";
import { toNodeHandler } from "tokenry/node";
import { createOutbox, type Outbox } from "./outbox.ts";
import { createPeople, type People } from "./people.ts";
import { createSessions, type Sessions } from "./sessions.ts";
import { createSite } from "./site.ts";
import { readStaticFiles } from "./static-files.ts";
import { openTokens, type Tokens } from "./tokens.ts";
import { createTryIt } from "./try-it.ts";

/** Where the console runs, and on what. */
export interface ConsoleOptions {
  /** Where the database is kept. */
  readonly folder: string;
  /** The file of the screens: `tokenry/elements.js`. */
  readonly elements: URL;
  /** Default: a free one. */
  readonly port?: number;
  /** Default: `Date.now`. */
  readonly clock?: Clock;
}

/** A running console, and what is behind it. */
export interface Console {
  readonly origin: string;
  readonly tokens: Tokens;
  readonly people: People;
  readonly sessions: Sessions;
  readonly outbox: Outbox;
  close(): Promise<void>;
}

/** Starts the console on a port of this machine. */
export async function startConsole(options: ConsoleOptions): Promise<Console> {
  const { folder, port = 0, clock = Date } = options;
  const files = await readStaticFiles(options.elements);
  const server = createServer();
  await once(server.listen(port, "127.0.0.1"), "listening");
  // A cast, as only a server on a pipe has another kind of address.
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const people = createPeople();
  const sessions = createSessions();
  const outbox = createOutbox(() => clock.now());
  const { tokens, idempotency, close } = await openTokens({
    ...{ folder, origin, people, clock, transport: outbox },
  });
  const management = managementApi(tokens, {
    actor: (request) => sessions.personIdOf(request.headers.get("cookie")),
    origin,
    idempotency,
    clock,
  });
  server.on(
    "request",
    createSite({
      ...{ origin, people, sessions, outbox, tokens, files },
      management: toNodeHandler(management, { origin }),
      tryIt: createTryIt(tokens),
    }),
  );
  // What is committed from here on is delivered at once.
  tokens.start();
  return {
    ...{ origin, tokens, people, sessions, outbox },
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
      await close();
    },
  };
}
