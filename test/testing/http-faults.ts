import type { IncomingMessage, ServerOptions, ServerResponse } from "node:http";
import type {
  HttpConformanceApp,
  HttpRun,
  HttpServed,
  HttpSettings,
  HttpTokenry,
} from "../../src/testing/index.ts";
import { listen, nodeListener } from "../adapters/node-subject.ts";

/** What is wrong with a server: the rest of it is sound. */
export interface Fault {
  readonly options?: HttpSettings;
  readonly tokens?: (tokens: HttpTokenry) => Partial<HttpTokenry>;
  readonly ran?: (run: HttpRun) => HttpRun;
  /** What is done to a request before the adapter sees it. */
  readonly request?: (request: IncomingMessage, app: HttpConformanceApp) => unknown;
  /** Answers in place of the adapter; `false` leaves it the request. */
  readonly serve?: (
    request: IncomingMessage,
    response: ServerResponse,
    app: HttpConformanceApp,
  ) => boolean;
  /** How the server reads connections. */
  readonly server?: ServerOptions;
  /** Fields and body of an answer before they are sent. */
  readonly answer?: (answer: FaultyAnswer, request: IncomingMessage) => void;
}

/** An answer that a fault may change. */
export interface FaultyAnswer {
  status: number;
  readonly fields: Map<string, string>;
  body: string;
}

/** Starts a server with a fault. */
export function serveFaulty(fault: Fault, sound: HttpConformanceApp): Promise<HttpServed> {
  const app: HttpConformanceApp = {
    tokens: { ...sound.tokens, ...fault.tokens?.(sound.tokens) },
    options: { ...sound.options, ...fault.options },
    ran: (run) => sound.ran(fault.ran?.(run) ?? run),
  };
  const listener = nodeListener(app);
  return listen((request, response) => {
    if (fault.answer !== undefined) interceptAnswer(request, response, fault.answer);
    fault.request?.(request, sound);
    if (fault.serve?.(request, response, sound) !== true) listener(request, response);
  }, fault.server);
}

/** Puts a fault between the adapter's writing and the socket. */
function interceptAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  change: NonNullable<Fault["answer"]>,
): void {
  const writeHead = response.writeHead.bind(response);
  const end = response.end.bind(response);
  const given = new Map<string, string>();
  const held: Partial<ServerResponse> = {
    writeHead(status: number, fields?: object) {
      response.statusCode = status;
      for (const [name, value] of Object.entries(fields ?? {}))
        given.set(name.toLowerCase(), String(value));
      return response;
    },
    end(body?: unknown) {
      const fields = new Map(given);
      for (const [name, value] of Object.entries(response.getHeaders()))
        fields.set(name, String(value));
      const answer = {
        status: response.statusCode,
        fields,
        body: typeof body === "string" ? body : "",
      };
      change(answer, request);
      for (const name of response.getHeaderNames()) response.removeHeader(name);
      writeHead(answer.status, Object.fromEntries(answer.fields));
      return end(answer.body);
    },
  } as Partial<ServerResponse>;
  Object.assign(response, held);
}

/** The first value of a field as it was sent. */
export function sent({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name];
  return typeof value === "string" ? value : value?.[0];
}

/** Replaces all lines of a field. */
export function rewrite(
  request: IncomingMessage,
  name: string,
  ...values: readonly string[]
): void {
  const { rawHeaders } = request;
  for (let index = rawHeaders.length - 2; index >= 0; index -= 2)
    if (rawHeaders[index]?.toLowerCase() === name) rawHeaders.splice(index, 2);
  for (const value of values) rawHeaders.push(name, value);
}

/** All lines of a field. */
export function linesOf({ rawHeaders }: IncomingMessage, name: string): string[] {
  return rawHeaders.filter(
    (_, index) => rawHeaders[index - 1]?.toLowerCase() === name && index % 2 === 1,
  );
}

/** A fault, the groups that must notice it, and for each of them a case that does. */
export type Row = readonly [fault: Fault, noticed: Readonly<Record<string, string>>];

/** Changes the credential that an adapter sees. */
export const changing = (change: (text: string) => string): Fault => ({
  request: (request) =>
    rewrite(request, "authorization", ...linesOf(request, "authorization").map(change)),
});

/** Gives verdicts of its own. */
export const verifying = (
  change: (...call: Parameters<HttpTokenry["verify"]>) => ReturnType<HttpTokenry["verify"]>,
): Fault => ({ tokens: () => ({ verify: change }) });

/** Asks for something else than the route does. */
export const asking = (
  change: (request: Parameters<HttpTokenry["verify"]>[1]) => object,
): Fault => ({
  tokens: ({ verify }) => ({
    verify: (secret, request) => verify(secret, { ...request, ...change(request) }),
  }),
});

/** Changes a field of answers, or leaves it out. */
export const field = (name: string, change: (value: string) => string | undefined): Fault => ({
  answer: ({ fields }) => {
    const value = fields.get(name);
    if (value === undefined) return;
    const changed = change(value);
    if (changed === undefined) fields.delete(name);
    else fields.set(name, changed);
  },
});

/** Faults by what such a server does. */
export type Faults = Readonly<Record<string, Row>>;
