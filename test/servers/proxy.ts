import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { HOST, onFreePort } from "./ports.ts";

/** A TCP proxy that does to its connections what networks do. */
export interface TestProxy extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** How many connections clients have open. */
  readonly connections: number;
  /** Resets all connections and refuses new ones, until `mend()`. */
  cut(): void;
  /**
   * Keeps connections and accepts new ones, but nothing passes, not even an end, until `mend()`: then all that was held back passes, in
   * order, as it does after a partition.
   */
  blackhole(): void;
  /** Ends `cut()` and `blackhole()`, but not `delay()`. Resolves when new connections are accepted. */
  mend(): Promise<void>;
  /** Passes on each piece of data so many milliseconds after it came, in both directions; 0 is at once. The order is kept. */
  delay(ms: number): void;
  /** Resets all connections and ends the proxy. */
  close(): Promise<void>;
}

/** Where a proxy leads to. */
export interface ProxyTarget {
  readonly host: string;
  readonly port: number;
}

/** Starts a proxy on a free port of 127.0.0.1. It ends with the process. */
export function startProxy(target: ProxyTarget): Promise<TestProxy> {
  return onFreePort(async (port) => {
    const proxy = new TcpProxy(target, port);
    await proxy.mend();
    return proxy;
  });
}

/** What is to be passed on: data, an orderly end or a reset. */
interface Passing {
  readonly what: Buffer | "end" | "reset";
  /** On the clock of `performance`. */
  readonly due: number;
}

class TcpProxy implements TestProxy {
  readonly host: string = HOST;
  readonly port: number;
  readonly #target: ProxyTarget;
  readonly #clients = new Set<Socket>();
  readonly #upstreams = new Set<Socket>();
  #listener: Server | undefined;
  #delayMs = 0;
  /** What waits for `mend()`; there only while nothing passes. */
  #held: (() => void)[] | undefined;

  constructor(target: ProxyTarget, port: number) {
    this.#target = target;
    this.port = port;
  }

  get connections(): number {
    return this.#clients.size;
  }

  cut(): void {
    this.#listener?.close();
    this.#listener = undefined;
    for (const socket of [...this.#clients, ...this.#upstreams]) socket.resetAndDestroy();
  }

  blackhole(): void {
    this.#held ??= [];
  }

  async mend(): Promise<void> {
    this.#release();
    if (this.#listener !== undefined) return;
    // Half open: one end's end is passed on, and not answered before the other end's comes.
    const listener = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
      void this.#connect(client);
    });
    this.#listener = listener;
    await once(listener.listen(this.port, HOST), "listening");
    listener.unref();
  }

  delay(ms: number): void {
    this.#delayMs = ms;
  }

  async close(): Promise<void> {
    this.cut();
    this.#release();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #connect(client: Socket): Promise<void> {
    keep(client, this.#clients);
    await this.#untilOpen();
    if (client.destroyed) return;
    const upstream = connect({ ...this.#target, allowHalfOpen: true, noDelay: true });
    keep(upstream, this.#upstreams);
    this.#forward(client, upstream);
    this.#forward(upstream, client);
  }

  /** Takes what comes from one end and passes it on to the other, in order, each when it is due and the way is open. */
  #forward(from: Socket, to: Socket): void {
    const waiting: Passing[] = [];
    let isPassing = false;
    const passAll = async (): Promise<void> => {
      isPassing = true;
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        if (next.due > performance.now()) await sleep(next.due - performance.now());
        await this.#untilOpen();
        await pass(next.what, to);
      }
      isPassing = false;
    };
    const take = (what: Passing["what"]): void => {
      waiting.push({ what, due: performance.now() + this.#delayMs });
      if (!isPassing) void passAll();
    };
    from.on("data", take);
    from.on("end", () => take("end"));
    from.on("error", () => take("reset"));
  }

  async #untilOpen(): Promise<void> {
    while (this.#held !== undefined) {
      const held = this.#held;
      await new Promise<void>((resolve) => held.push(resolve));
    }
  }

  #release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const resume of held) resume();
  }
}

/** Holds a socket in a set while it is open. */
function keep(socket: Socket, sockets: Set<Socket>): void {
  sockets.add(socket);
  socket.once("close", () => sockets.delete(socket));
  // Who is at the other end is told by what is passed on.
  socket.on("error", () => undefined);
}

/** Resolves when there is room for more. */
async function pass(what: Passing["what"], to: Socket): Promise<void> {
  if (to.destroyed) return;
  if (what === "reset") to.resetAndDestroy();
  else if (what === "end") to.end();
  else if (!to.write(what)) await roomIn(to);
}

async function roomIn(socket: Socket): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      socket.off("drain", done).off("close", done);
      resolve();
    };
    socket.on("drain", done).on("close", done);
  });
}
