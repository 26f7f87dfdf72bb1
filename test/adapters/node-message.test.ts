import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { createProtect } from "../../src/adapters/node.ts";
import { isUnixSocket, nodeReaderOf } from "../../src/adapters/node-message.ts";
import { createWorld } from "../support/world.ts";

const CLIENT = "203.0.113.9";

/** The status of a call through a socket of the file system, with what its proxy says of the client. */
async function statusOver(socketPath: string, secret: string): Promise<number | undefined> {
  const headers = { authorization: `Bearer ${secret}`, "x-forwarded-for": CLIENT };
  const [answer] = await once(request({ socketPath, headers }).end(), "response");
  // A cast, as events have no types.
  const response = answer as IncomingMessage;
  await text(response);
  return response.statusCode;
}

test("who comes by a socket of the file system is a proxy where that is trusted", async () => {
  const world = createWorld();
  const protect = createProtect(world.tokens, { trustProxy: ["unix"] });
  const server = createServer(protect("orders", (_request, response) => response.end()));
  const folder = await mkdtemp(join(tmpdir(), "tokenry-"));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true });
  });
  const path = join(folder, "socket");
  await once(server.listen(path), "listening");
  const { secret } = await world.issue({ network: { include: [CLIENT] } });
  const { secret: other } = await world.issue({ network: { include: ["203.0.113.10"] } });
  expect(await statusOver(path, secret.reveal())).toBe(200);
  expect(await statusOver(path, other.reveal())).toBe(403);
});

test.each([
  ["a socket of the file system", { destroyed: false }, true],
  ["one that is closed", { destroyed: true }, false],
  ["TCP", { remoteAddress: CLIENT, localAddress: "127.0.0.1", destroyed: false }, false],
  ["TCP that the client has reset", { localAddress: "127.0.0.1", destroyed: false }, false],
  ["TCP that is closed", { destroyed: true }, false],
  ["what is no socket of Node", {}, false],
])("%s: whether it is a socket of the file system", (_name, socket, expected) => {
  const message = { rawHeaders: [], socket };
  expect(isUnixSocket(message)).toBe(expected);
  const reader = nodeReaderOf(({ raw }: { readonly raw: typeof message }) => raw);
  expect(reader.isUnixSocket?.({ raw: message })).toBe(expected);
});
