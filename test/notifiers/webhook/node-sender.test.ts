import type { Socket } from "node:net";
import { describe, expect, test, vi } from "vitest";
import { nodeModules } from "../../../src/notifiers/webhook/node-modules.ts";
import { type NodeSenderParts, nodeSender } from "../../../src/notifiers/webhook/node-sender.ts";
import { isPublicAddress } from "../../../src/notifiers/webhook/public-address.ts";
import { type Answer, exchange, type Outgoing } from "../../../src/notifiers/webhook/sender.ts";
import { CERTIFICATE } from "./certificate.ts";
import { type Receiver, rawReceiver, receiver } from "./receiver.ts";

const LOOPBACK = [{ address: "127.0.0.1", family: 4 }];

function partsOf(parts: Partial<NodeSenderParts> = {}): NodeSenderParts {
  const modules = nodeModules();
  if (modules === undefined) throw new Error("these tests run on Node");
  return {
    modules,
    lookup: async () => LOOPBACK,
    isAllowed: () => true,
    ca: CERTIFICATE,
    ...parts,
  };
}

function requestTo(url: string, text = "{}"): Outgoing {
  const headers = { "content-type": "application/json", "webhook-id": "7" };
  return { url: new URL(url), headers, body: new TextEncoder().encode(text) };
}

function send(url: string, parts: Partial<NodeSenderParts> = {}, seconds = 10): Promise<Answer> {
  return exchange(nodeSender(partsOf(parts)), requestTo(url), seconds);
}

async function untilClosed(receiver: Receiver): Promise<void> {
  await vi.waitFor(() => expect(receiver.open()).toBe(0), { timeout: 5000, interval: 5 });
}

describe.each(["http", "https"])("a request over %s", (scheme) => {
  test("is a POST of these bytes with these headers, on a connection of its own", async () => {
    await using hooks = await receiver({ status: 202 }, { tls: scheme === "https" });
    const answer = await send(`${scheme}://hooks.example:${hooks.port}/a?b=c`);
    expect(answer).toMatchObject({ status: 202, retryAfter: undefined });
    expect(hooks.received).toHaveLength(1);
    expect(hooks.received[0]).toMatchObject({ method: "POST", path: "/a?b=c" });
    expect(hooks.received[0]?.headers).toEqual({
      "content-type": "application/json",
      "webhook-id": "7",
      "content-length": "2",
      host: `hooks.example:${hooks.port}`,
      connection: "close",
    });
    expect(hooks.received[0]?.body).toEqual(new TextEncoder().encode("{}"));
    await untilClosed(hooks);
  });

  test("goes to a literal address too", async () => {
    await using hooks = await receiver({}, { tls: scheme === "https" });
    expect(await send(`${scheme}://127.0.0.1:${hooks.port}/`)).toMatchObject({ status: 204 });
  });

  test("follows no redirect", async () => {
    await using secret = await receiver({ status: 200 });
    const location = `http://127.0.0.1:${secret.port}/latest/meta-data/`;
    const answering = { status: 307, headers: { location, "retry-after": "7" } };
    await using hooks = await receiver(answering, { tls: scheme === "https" });
    const answer = await send(`${scheme}://hooks.example:${hooks.port}/`);
    expect(answer).toMatchObject({ status: 307, retryAfter: "7" });
    expect(secret.received).toEqual([]);
  });
});

describe("certificates", () => {
  test("must be of an authority that is trusted", async () => {
    await using hooks = await receiver({}, { tls: true });
    const { ca: _own, ...parts } = partsOf();
    const sent = exchange(nodeSender(parts), requestTo(`https://hooks.example:${hooks.port}`), 10);
    await expect(sent).rejects.toThrow(
      "hooks.example could not be reached: DEPTH_ZERO_SELF_SIGNED_CERT",
    );
    expect(hooks.received).toEqual([]);
  });

  test("must be for the name in the URL, not for the address that it resolves to", async () => {
    await using hooks = await receiver({}, { tls: true });
    await expect(send(`https://elsewhere.example:${hooks.port}`)).rejects.toThrow(
      "elsewhere.example could not be reached: ERR_TLS_CERT_ALTNAME_INVALID",
    );
    expect(hooks.received).toEqual([]);
  });
});

describe("addresses", () => {
  test("of which one is not public refuse the name, whichever it is", async () => {
    const publicOne = { address: "93.184.215.14", family: 4 };
    for (const bad of [
      "127.0.0.1",
      "10.0.0.1",
      "169.254.169.254",
      "::1",
      "fd00::1",
      "::ffff:7f00:1",
    ]) {
      const badOne = { address: bad, family: bad.includes(":") ? 6 : 4 };
      for (const addresses of [[badOne], [publicOne, badOne], [badOne, publicOne]]) {
        const lookup = async () => addresses;
        const sent = send("https://hooks.example/", { lookup, isAllowed: isPublicAddress });
        await expect(sent).rejects.toMatchObject({
          name: "NoticeError",
          message:
            "hooks.example has an address that is not public: options.allowPrivateAddresses allows it",
          isFinal: false,
        });
      }
    }
  });

  test("are resolved once, and the connection goes to what was checked (DNS rebinding)", async () => {
    await using hooks = await receiver();
    await using secret = await receiver({ status: 200 }, { host: "127.0.0.2", port: hooks.port });
    const answers = ["127.0.0.1", "127.0.0.2"];
    const lookup = vi.fn(async () => [{ address: answers.shift() ?? "127.0.0.2", family: 4 }]);
    const isAllowed = vi.fn((address: string) => address === "127.0.0.1");
    const answer = await send(`http://hooks.example:${hooks.port}/`, { lookup, isAllowed });
    expect(answer.status).toBe(204);
    expect([hooks.received.length, secret.received.length]).toEqual([1, 0]);
    expect([lookup.mock.calls, isAllowed.mock.calls]).toEqual([
      [["hooks.example"]],
      [["127.0.0.1"]],
    ]);
  });

  test("are checked anew for the next request", async () => {
    await using hooks = await receiver();
    const answers = ["127.0.0.1", "127.0.0.2"];
    const send = nodeSender(
      partsOf({
        lookup: async () => [{ address: answers.shift() ?? "", family: 4 }],
        isAllowed: (address) => address === "127.0.0.1",
      }),
    );
    const request = requestTo(`http://hooks.example:${hooks.port}/`);
    await expect(exchange(send, request, 10)).resolves.toMatchObject({ status: 204 });
    await expect(exchange(send, request, 10)).rejects.toThrow("not public");
    expect(hooks.received).toHaveLength(1);
  });

  test("of a literal are checked without their brackets", async () => {
    const lookup = vi.fn(async (host: string) => [{ address: host, family: 6 }]);
    const sent = send("https://[::1]/", { lookup, isAllowed: isPublicAddress });
    await expect(sent).rejects.toThrow("[::1] has an address that is not public");
    expect(lookup.mock.calls).toEqual([["::1"]]);
  });

  test("are tried one after the other", async () => {
    await using hooks = await receiver();
    // Nothing listens at the first.
    const addresses = ["127.0.0.3", "127.0.0.1"].map((address) => ({ address, family: 4 }));
    const url = `http://hooks.example:${hooks.port}/`;
    expect(await send(url, { lookup: async () => addresses })).toMatchObject({ status: 204 });
  });

  test("that are none are told", async () => {
    const sent = send("https://hooks.example/", { lookup: async () => [] });
    await expect(sent).rejects.toThrow("hooks.example could not be reached: Error");
  });

  test("that cannot be resolved are told by their code", async () => {
    const failure = Object.assign(new Error("getaddrinfo"), { code: "ENOTFOUND" });
    const sent = send("https://hooks.example/", { lookup: () => Promise.reject(failure) });
    await expect(sent).rejects.toMatchObject({
      name: "NoticeError",
      message: "hooks.example could not be reached: ENOTFOUND",
      isFinal: false,
      cause: failure,
    });
  });
});

describe("the time", () => {
  test("ends a resolution, and no connection is made when it ends after all", async () => {
    await using hooks = await receiver();
    let resolveLate: (addresses: typeof LOOPBACK) => void = () => undefined;
    const late = new Promise<typeof LOOPBACK>((resolve) => {
      resolveLate = resolve;
    });
    const url = `http://hooks.example:${hooks.port}/`;
    const sent = send(url, { lookup: () => late }, 0.05);
    await expect(sent).rejects.toMatchObject({
      name: "NoticeError",
      message: "hooks.example did not answer within 0.05 s",
      isFinal: false,
    });
    resolveLate(LOOPBACK);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect([hooks.received.length, hooks.open()]).toEqual([0, 0]);
  });

  test.each<[string, (socket: Socket) => void]>([
    ["says nothing", () => undefined],
    ["begins a status line and stops", (socket) => void socket.write("HTTP/1.1 20")],
    ["drips headers without an end", (socket) => drip(socket, "HTTP/1.1 200 OK\r\n", "x: y\r\n")],
    [
      "drips informational answers",
      (socket) => drip(socket, "", "HTTP/1.1 102 Processing\r\n\r\n"),
    ],
  ])("ends the wait for a receiver that %s", async (_name, answer) => {
    await using hooks = await rawReceiver(answer);
    const startedAt = performance.now();
    const sent = send(`http://hooks.example:${hooks.port}/`, {}, 0.3);
    await expect(sent).rejects.toThrow("hooks.example did not answer within 0.3 s");
    expect(performance.now() - startedAt).toBeLessThan(3000);
    await untilClosed(hooks);
  });

  test("ends the wait for a receiver that never shakes hands", async () => {
    await using hooks = await rawReceiver(() => undefined);
    const sent = send(`https://hooks.example:${hooks.port}/`, {}, 0.2);
    await expect(sent).rejects.toThrow("did not answer within 0.2 s");
    await untilClosed(hooks);
  });

  test("ends the drip of a body, of which the head says what became of the notice", async () => {
    const head = "HTTP/1.1 200 OK\r\ncontent-length: 60000\r\n\r\n";
    await using hooks = await rawReceiver((socket) => drip(socket, head, "."));
    const startedAt = performance.now();
    const answer = await send(`http://hooks.example:${hooks.port}/`, {}, 0.3);
    expect(answer.status).toBe(200);
    expect(performance.now() - startedAt).toBeGreaterThan(250);
    expect(performance.now() - startedAt).toBeLessThan(3000);
    await untilClosed(hooks);
  });
});

describe("an answer", () => {
  test("is read to 64 KiB of its body and no further", async () => {
    let written = 0;
    await using hooks = await rawReceiver((socket) => {
      socket.write("HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n");
      const chunk = Buffer.alloc(65_536, ".");
      const write = (): void => {
        while (!socket.destroyed && socket.write(chunk)) written += chunk.length;
      };
      socket.on("drain", write);
      write();
    });
    expect(await send(`http://hooks.example:${hooks.port}/`)).toMatchObject({ status: 200 });
    await untilClosed(hooks);
    expect(written).toBeLessThan(20_000_000);
  });

  test("that breaks off within its body is one", async () => {
    await using hooks = await rawReceiver((socket) => {
      socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhalf"));
    });
    expect(await send(`http://hooks.example:${hooks.port}/`)).toMatchObject({ status: 200 });
  });

  test.each<[string, string, string]>([
    ["nothing", "", "ECONNRESET"],
    ["no HTTP", "SSH-2.0-OpenSSH_9.9\r\n", "HPE_INVALID_CONSTANT"],
    [
      "headers without bound",
      `HTTP/1.1 200 OK\r\nx: ${"y".repeat(100_000)}\r\n\r\n`,
      "HPE_HEADER_OVERFLOW",
    ],
  ])("of %s is none", async (_name, text, code) => {
    await using hooks = await rawReceiver((socket) => socket.once("data", () => socket.end(text)));
    const sent = send(`http://hooks.example:${hooks.port}/`);
    await expect(sent).rejects.toThrow(`hooks.example could not be reached: ${code}`);
    await untilClosed(hooks);
  });

  test("of another protocol is none", async () => {
    const text = "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n";
    await using hooks = await rawReceiver((socket) =>
      socket.once("data", () => socket.write(text)),
    );
    await expect(send(`http://hooks.example:${hooks.port}/`)).rejects.toMatchObject({
      name: "NoticeError",
      isFinal: false,
    });
    await untilClosed(hooks);
  });

  test("is none where nobody listens", async () => {
    const hooks = await receiver();
    await hooks[Symbol.asyncDispose]();
    await expect(send(`http://hooks.example:${hooks.port}/`)).rejects.toThrow(
      "hooks.example could not be reached: ECONNREFUSED",
    );
  });
});

/** Writes a beginning and then a piece every few milliseconds, until the other side has enough. */
function drip(socket: Socket, beginning: string, piece: string): void {
  socket.write(beginning);
  const timer = setInterval(() => socket.write(piece), 20);
  socket.on("close", () => clearInterval(timer));
}
