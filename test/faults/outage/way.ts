import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import type { ProxyTarget } from "../../servers/proxy.ts";

const HOST = "127.0.0.1";

/** A way to a server on which things go wrong that no proxy does to all its connections alike. */
export interface Way extends AsyncDisposable {
  readonly port: number;
  /**
   * All connections that there are stay open and dead: nothing passes any more, not even an end. New ones are good. So it is when an address
   * moves to another machine, or when a firewall forgets.
   */
  forget(): void;
  /** The next connection on which a client says such a thing is reset when the server's answer comes, which does not pass. */
  loseAnswerTo(said: RegExp): void;
}

/** Opens a way to a server, on a port of 127.0.0.1. */
export async function openWay(target: ProxyTarget): Promise<Way> {
  const way = new TcpWay(target);
  await way.open();
  return way;
}

/** Both ends of a connection. */
interface Pair {
  readonly client: Socket;
  readonly upstream: Socket;
  fate: "passes" | "is forgotten" | "loses the answer";
}

class TcpWay implements Way {
  readonly #server = createServer({ noDelay: true }, (client) => this.#connect(client));
  readonly #target: ProxyTarget;
  readonly #pairs = new Set<Pair>();
  #fatal: RegExp | undefined;

  constructor(target: ProxyTarget) {
    this.#target = target;
  }

  get port(): number {
    // A cast, as it could listen on a path, too.
    return (this.#server.address() as AddressInfo).port;
  }

  async open(): Promise<void> {
    await once(this.#server.listen(0, HOST), "listening");
  }

  forget(): void {
    for (const pair of this.#pairs) pair.fate = "is forgotten";
  }

  loseAnswerTo(said: RegExp): void {
    this.#fatal = said;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    for (const { client, upstream } of this.#pairs) {
      client.destroy();
      upstream.destroy();
    }
  }

  #connect(client: Socket): void {
    const upstream = connect({ ...this.#target, noDelay: true });
    const pair: Pair = { client, upstream, fate: "passes" };
    this.#pairs.add(pair);
    client.on("data", (data) => this.#ask(pair, data));
    upstream.on("data", (data) => answer(pair, data));
    for (const [end, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      end.on("error", () => undefined);
      end.on("close", () => {
        if (pair.fate !== "is forgotten") other.destroy();
      });
    }
  }

  #ask(pair: Pair, data: Buffer): void {
    if (pair.fate === "is forgotten") return;
    if (this.#fatal?.test(data.toString("latin1"))) {
      this.#fatal = undefined;
      pair.fate = "loses the answer";
    }
    pair.upstream.write(data);
  }
}

function answer({ client, fate }: Pair, data: Buffer): void {
  if (fate === "passes") client.write(data);
  else if (fate === "loses the answer") client.resetAndDestroy();
}
