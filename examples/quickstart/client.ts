import assert from "node:assert/strict";
import { once } from "node:events";
import { type IncomingHttpHeaders, request, STATUS_CODES } from "node:http";
import { createServer } from "node:net";
import { text } from "node:stream/consumers";
import type { Secret } from "tokenry";
import type { Teller } from "./print.ts";
import type { RunningServer } from "./server.ts";

export const HERE = "127.0.0.1";
export const ELSEWHERE = "127.0.0.2";

/** A call, and the status that it must be answered with. */
export interface Call {
  readonly expected: number;
  /** Default GET. */
  readonly method?: string;
  /** Default `/orders`. */
  readonly path?: string;
  readonly secret?: Secret | string;
  /** The address of this machine that the call comes from. Default 127.0.0.1. */
  readonly from?: string;
  /** The fields of a form. */
  readonly form?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A client program that has a token. Tells what it sends and receives, and asserts the status. */
export type Client = (call: Call) => Promise<Answer>;

export function createClient(tell: Teller, { origin, scheme }: RunningServer): Client {
  return async (call) => {
    const { expected, method = "GET", path = "/orders", secret, from = HERE } = call;
    const credential = scheme.credentials;
    const place = from === HERE ? "" : `, from ${from}`;
    const shown = secret === undefined ? "" : `, Authorization: ${credential(masked(secret))}`;
    tell.asks(`${method} ${origin}${path}${shown}${place}`);
    const headers = secret === undefined ? {} : { authorization: credential(revealed(secret)) };
    const answer = await send(`${origin}${path}`, { ...call, method, from, headers });
    tellAnswer(tell, answer);
    assert.equal(answer.status, expected, `${method} ${path}: the status`);
    return answer;
  };
}

interface Sent {
  readonly method: string;
  readonly from: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly form?: Call["form"];
}

/** One request over a socket of its own, bound to a local address. */
async function send(url: string, { method, from, headers, form }: Sent): Promise<Answer> {
  const body = form === undefined ? "" : new URLSearchParams(form).toString();
  const type = form === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" };
  const length = { "content-length": Buffer.byteLength(body) };
  const outgoing = request(url, {
    method,
    localAddress: from,
    agent: false,
    headers: { ...headers, ...type, ...length },
  });
  outgoing.end(body);
  const [response] = await once(outgoing, "response");
  return {
    status: response.statusCode,
    headers: response.headers,
    body: await text(response),
  };
}

/** Of a refusal's headers, those that tell why and what next. */
const REFUSAL_HEADERS = [
  "www-authenticate",
  "cache-control",
  "retry-after",
  "ratelimit-policy",
  "ratelimit",
] as const;

function tellAnswer(tell: Teller, { status, headers, body }: Answer): void {
  const isPage = headers["content-type"]?.startsWith("text/html") ?? false;
  const content = isPage
    ? body
        .replace(/<[^>]*>/g, " ")
        .replace(/\s+/g, " ")
        .trim()
    : body;
  tell.answers(`${status} ${STATUS_CODES[status]}: ${content}`);
  for (const name of status < 400 ? (["ratelimit"] as const) : REFUSAL_HEADERS) {
    if (headers[name] !== undefined) tell.adds(`${name}: ${headers[name]}`);
  }
}

function revealed(secret: Secret | string): string {
  return typeof secret === "string" ? secret : secret.reveal();
}

function masked(secret: Secret | string): string {
  const whole = revealed(secret);
  return `${whole.slice(0, whole.lastIndexOf("_") + 1)}…${whole.slice(-4)}`;
}

/** Asserts that a client cannot tell refusals apart. The date is the server's, not the token's. */
export function assertAlike(answers: readonly Answer[]): void {
  const [first, ...others] = answers.map(({ status, headers: { date: _, ...headers }, body }) => ({
    status,
    headers,
    body,
  }));
  for (const other of others) assert.deepEqual(other, first);
}

/** A secret with its last character wrong. */
export function mistyped(secret: Secret): string {
  const typed = secret.reveal();
  return `${typed.slice(0, -1)}${typed.endsWith("0") ? "1" : "0"}`;
}

/** Whether this machine has an address. macOS has no 127.0.0.2 until it is told so. */
export async function hasAddress(address: string): Promise<boolean> {
  const probe = createServer();
  try {
    await once(probe.listen(0, address), "listening");
    return true;
  } catch {
    return false;
  } finally {
    probe.close();
  }
}
