import { connect, type Socket } from "node:net";
import { parseAnswer, type RawAnswer } from "./raw-answer.ts";

/** Longer than any answer takes on a loaded machine: it is waited for only when an answer never comes. */
const ANSWER_MS = 8000;

/** A connection that sends exact bytes. Text goes out with one byte per character (latin1). */
export interface RawConnection {
  send(text: string): void;
  /** The next answer on the connection; 1xx answers are passed over. Rejects when it ends or takes too long without one. */
  answer(method?: string): Promise<RawAnswer>;
  /** Resolves once the other side has ended the connection. */
  ended(): Promise<void>;
  /** Goes away at once, whatever is under way. */
  destroy(): void;
}

/**
 * Opens a connection to a server on 127.0.0.1.
 *
 * `place` names the case in every error.
 *
 * @example
 * const connection = await openConnection(port, "a case");
 * connection.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
 * const { status } = await connection.answer();
 */
export async function openConnection(port: number, place: string): Promise<RawConnection> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  const stream = new Incoming(socket, place);
  await stream.wait(() => stream.isOpen, "the connection");
  return {
    send: (text) => void socket.write(text, "latin1"),
    answer: (method = "GET") => stream.next(method),
    ended: () => stream.wait(() => stream.isEnded, "the end of the connection"),
    destroy: () => void socket.destroy(),
  };
}

/** What comes in, and whoever waits for it. */
class Incoming {
  isOpen = false;
  isEnded = false;
  readonly #place: string;
  #input = "";
  #problem: Error | undefined;
  #wake: () => void = () => {};

  constructor(socket: Socket, place: string) {
    this.#place = place;
    socket.setEncoding("latin1");
    socket.on("connect", () => this.#changed(() => (this.isOpen = true)));
    socket.on("data", (text: string) => this.#changed(() => (this.#input += text)));
    socket.on("close", () => this.#changed(() => (this.isEnded = true)));
    socket.on("end", () => this.#changed(() => (this.isEnded = true)));
    // A server may reset a connection that it gives up: that it ended is all that counts, and what came before stays readable.
    socket.on("error", (error) => this.#changed(() => (this.#problem = error)));
  }

  #changed(change: () => void): void {
    change();
    this.#wake();
  }

  async next(method: string): Promise<RawAnswer> {
    let answer: RawAnswer | undefined;
    await this.wait(() => {
      answer = this.#take(method);
      return answer !== undefined;
    }, "an answer");
    // `wait` has seen that it is there.
    return answer as RawAnswer;
  }

  #take(method: string): RawAnswer | undefined {
    const parsed = parseAnswer(this.#input, { method, isEnded: this.isEnded });
    if (parsed === undefined) return undefined;
    this.#input = this.#input.slice(parsed.length);
    return parsed.answer.status < 200 ? this.#take(method) : parsed.answer;
  }

  /** Waits until the condition holds: asked again whenever something came in. */
  wait(condition: () => boolean, what: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (error?: Error): void => {
        clearTimeout(timer);
        this.#wake = () => {};
        if (error === undefined) resolve();
        else reject(error);
      };
      const fail = (reason: string, cause?: unknown): void =>
        settle(new Error(`${this.#place}: ${reason}${this.#unread()}`, { cause }));
      const timer = setTimeout(() => fail(`${what} did not come in ${ANSWER_MS} ms`), ANSWER_MS);
      const look = (): void => {
        try {
          if (condition()) settle();
          else if (this.isEnded) fail(`the connection ended before ${what} came`, this.#problem);
        } catch (error) {
          fail("what came is no HTTP/1.1", error);
        }
      };
      this.#wake = look;
      look();
    });
  }

  #unread(): string {
    return this.#input === "" ? "" : `; unread: ${JSON.stringify(this.#input.slice(0, 200))}`;
  }
}
