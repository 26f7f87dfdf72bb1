import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, test, vi } from "vitest";
import { parseAnswer } from "../../src/testing/http/raw-answer.ts";
import { openConnection } from "../../src/testing/http/raw-client.ts";

const get = { method: "GET", isEnded: false };

describe("parseAnswer", () => {
  const head = "HTTP/1.1 200 OK\r\nX-One: 1\r\nx-one:  2 \r\n";

  test("waits for the end of the head, and for as much body as was declared", () => {
    const text = `${head}Content-Length: 3\r\n\r\nabc`;
    for (let length = 0; length < text.length; length += 1)
      expect(parseAnswer(text.slice(0, length), get), text.slice(0, length)).toBeUndefined();
    expect(parseAnswer(`${text}next`, get)).toEqual({
      answer: {
        status: 200,
        fields: [
          ["x-one", "1"],
          ["x-one", "2"],
          ["content-length", "3"],
        ],
        head: `${head}Content-Length: 3\r\n\r\n`,
        body: "abc",
      },
      length: text.length,
    });
  });

  test("takes chunks together", () => {
    const text = `${head}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1;x=y\r\nd\r\n0\r\n\r\n`;
    for (let length = 0; length < text.length; length += 1)
      expect(parseAnswer(text.slice(0, length), get), text.slice(0, length)).toBeUndefined();
    const parsed = parseAnswer(`${text}next`, get);
    expect(parsed?.answer.body).toBe("abcd");
    expect(parsed?.length).toBe(text.length);
    expect(() => parseAnswer(text.replace("3\r\n", "x\r\n"), get)).toThrow("no length of a chunk");
  });

  test("ends a body without a length with the connection", () => {
    expect(parseAnswer(`${head}\r\nab`, get)).toBeUndefined();
    expect(parseAnswer(`${head}\r\nab`, { method: "GET", isEnded: true })?.answer.body).toBe("ab");
  });

  test.each([
    ["HEAD", "200 OK"],
    ["GET", "204 No Content"],
    ["GET", "304 Not Modified"],
    ["GET", "100 Continue"],
  ])("RFC 9112 6.3: reads no body of %s with %s", (method, status) => {
    const text = `HTTP/1.1 ${status}\r\nContent-Length: 3\r\n\r\n`;
    const parsed = parseAnswer(`${text}abc`, { method, isEnded: false });
    expect(parsed?.answer.body).toBe("");
    expect(parsed?.length).toBe(text.length);
  });

  test("throws for what is no HTTP", () => {
    expect(() => parseAnswer("SSH-2.0\r\n\r\n", get)).toThrow('no status line: "SSH-2.0"');
    expect(() => parseAnswer("HTTP/1.1 99 A\r\n\r\n", get)).toThrow("no status line");
    expect(() => parseAnswer("HTTP/1.1 200 OK\r\nfield\r\n\r\n", get)).toThrow(
      'no header field: "field"',
    );
  });
});

describe("openConnection", () => {
  let server: Server | undefined;

  afterEach(() => {
    vi.useRealTimers();
    server?.close();
  });

  async function serve(onSocket: (socket: Socket) => void): Promise<number> {
    server = createServer((socket) => {
      // A client that goes away at once resets its connection.
      socket.on("error", () => {});
      onSocket(socket);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  }

  test("sends one byte per character, and reads several answers", async () => {
    const port = await serve((socket) =>
      socket.on("data", (bytes: Buffer) => {
        const answer = `HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n${bytes.toString("hex")}`;
        socket.write(`HTTP/1.1 100 Continue\r\n\r\n${answer}${answer}`);
      }),
    );
    const connection = await openConnection(port, "a case");
    connection.send("\xe9\0");
    expect((await connection.answer()).body).toBe("e900");
    expect((await connection.answer()).body).toBe("e900");
    connection.destroy();
  });

  test("names the case when no answer comes in time", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const port = await serve((socket) => socket.write("HTTP/1.1 2"));
    const connection = await openConnection(port, "the slow case");
    const answer = expect(connection.answer()).rejects.toThrow(
      /^the slow case: an answer did not come in 8000 ms/,
    );
    vi.advanceTimersByTime(8000);
    await answer;
    connection.destroy();
  });

  test("names the case when the connection ends before the answer, and shows what came", async () => {
    const port = await serve((socket) => socket.end("HTTP/1.1 200 O"));
    const connection = await openConnection(port, "the cut case");
    await expect(connection.answer()).rejects.toThrow(
      'the cut case: the connection ended before an answer came; unread: "HTTP/1.1 200 O"',
    );
    await connection.ended();
  });

  test("names the case when what came is no HTTP, and when nobody listens", async () => {
    const port = await serve((socket) => socket.write("hello\r\n\r\n"));
    const connection = await openConnection(port, "the odd case");
    await expect(connection.answer()).rejects.toThrow(
      "the odd case: what came is no HTTP/1.1; unread",
    );
    connection.destroy();
    server?.close();
    await once(server as Server, "close");
    await expect(openConnection(port, "the lone case")).rejects.toThrow(
      "the lone case: the connection ended before the connection came",
    );
  });
});
