import type { HttpSettings } from "./app.ts";
import type { RawAnswer } from "./raw-answer.ts";
import { openConnection, type RawConnection } from "./raw-client.ts";
import type { HttpWorld } from "./world.ts";

/** A header field of a request. */
export type Field = readonly [name: string, value: string];

/** A request to be sent; GET of `/orders` unless told. */
export interface Ask {
  readonly method?: string;
  readonly path?: string;
  readonly fields?: readonly Field[];
  readonly body?: string;
}

/** Longer than any request takes to arrive: it is waited for only when it never does. */
const ARRIVAL_MS = 8000;

/** Lets the event loop go round once: what has come in is read. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** What one case works with: the group's world, and connections to its server. */
export class HttpBench {
  readonly world: HttpWorld;
  readonly #port: number;
  readonly #place: string;
  readonly #connections: RawConnection[] = [];

  constructor(world: HttpWorld, port: number, place: string) {
    this.world = world;
    this.#port = port;
    this.#place = place;
  }

  /** Opens a connection that is ended with the case. */
  async connect(): Promise<RawConnection> {
    const connection = await openConnection(this.#port, this.#place);
    this.#connections.push(connection);
    return connection;
  }

  /** Sends exact bytes on a connection of its own, and resolves to the first answer. */
  async sendRaw(text: string, method?: string): Promise<RawAnswer> {
    const connection = await this.connect();
    connection.send(text);
    const answer = await connection.answer(method);
    connection.destroy();
    return answer;
  }

  /** Sends a request on a connection of its own. */
  ask(ask: Ask = {}): Promise<RawAnswer> {
    return this.sendRaw(requestText(ask), ask.method);
  }

  /** Asks with a token in the default way. */
  askWith(secret: string, { fields = [], ...ask }: Ask = {}): Promise<RawAnswer> {
    return this.ask({ ...ask, fields: [bearer(secret), ...fields] });
  }

  /** Waits until what the server does makes the condition hold. */
  async until(condition: () => boolean): Promise<void> {
    const deadline = Date.now() + ARRIVAL_MS;
    while (!condition()) {
      if (Date.now() > deadline)
        throw new Error(`${this.#place}: what was sent had no effect in ${ARRIVAL_MS} ms`);
      await turn();
    }
  }

  end(): void {
    for (const connection of this.#connections) connection.destroy();
  }
}

/** The case's body. It throws an Error that says what differs. */
export type HttpCase = (bench: HttpBench) => Promise<void>;

/** Cases by name. */
export type HttpCases = Readonly<Record<string, HttpCase>>;

/** Cases that share the options of one server. */
export interface HttpGroup {
  readonly settings: HttpSettings;
  readonly cases: HttpCases;
}

/** Groups by name. */
export type HttpGroups = Readonly<Record<string, HttpGroup>>;

/** A token in the `Authorization` header. */
export function bearer(secret: string): Field {
  return ["Authorization", `Bearer ${secret}`];
}

/** The bytes of a request, with a Host and, where there is a body, its length. */
export function requestText({ method = "GET", path = "/orders", fields = [], body }: Ask): string {
  const length: Field[] = body === undefined ? [] : [["Content-Length", String(body.length)]];
  const lines = [["Host", "conformance.test"], ...length, ...fields].map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return `${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n${body ?? ""}`;
}
