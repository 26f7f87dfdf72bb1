import type { IncomingHttpHeaders } from "node:http";
import type { Answer, HeaderField } from "../../http/answer.ts";
import type { RequestReader } from "../../http/request-reader.ts";
import {
  type NodeRequest,
  type NodeResponse,
  nodeReader,
  sendAnswer,
  setFields,
} from "../node-message.ts";

/** What requests of platform-express and of platform-fastify have in common. Name your platform's own type to see the rest. */
export interface NestRequest {
  readonly method: string;
  readonly url: string;
  readonly originalUrl: string;
  readonly headers: IncomingHttpHeaders;
  /** As the platform's own setting of trusted proxies has it. */
  readonly ip?: string | undefined;
  readonly params: unknown;
  readonly query: unknown;
}

/** Express's response is Node's own. */
export type NestResponse = NodeResponse | FastifyReply;

/** What an answer needs of Fastify's reply. */
interface FastifyReply {
  readonly raw: unknown;
  code(status: number): unknown;
  header(name: string, value: string): unknown;
  send(body?: Uint8Array): unknown;
}

/** Reads the message beneath the platform's request. */
export const nestReader: RequestReader<NestRequest> = {
  method: (request) => nodeReader.method(messageOf(request)),
  peer: (request) => nodeReader.peer(messageOf(request)),
  lines: (request, name) => nodeReader.lines(messageOf(request), name),
  believesAnyone: (request) => expressTrusts(request) ?? fastifyTrusts(request),
};

function messageOf(request: NestRequest): NodeRequest {
  // A cast, as each platform has its own: Express's request is Node's message, Fastify's has it.
  const own = request as Partial<NodeRequest> & { readonly raw?: Partial<NodeRequest> };
  const message = own.rawHeaders === undefined ? own.raw : own;
  if (Array.isArray(message?.rawHeaders)) return message as NodeRequest;
  throw new TypeError("tokenry/nest serves platform-express and platform-fastify");
}

/** Addresses of documentation (RFC 5737, RFC 3849), which nobody has for a proxy. */
const STRANGERS = ["192.0.2.1", "2001:db8::1"];
/** More proxies than stand in a row: a count of hops trusts the near ones only. */
const FAR = 64;

interface ExpressParts {
  readonly app?: {
    get?(setting: "trust proxy fn"): ((address: string, hop: number) => boolean) | undefined;
  };
}

function expressTrusts(request: NestRequest): boolean | undefined {
  // A cast, as only Express's requests have it.
  const trusts = (request as ExpressParts).app?.get?.("trust proxy fn");
  return trusts === undefined ? undefined : STRANGERS.some((address) => trusts(address, FAR));
}

/** Fastify keeps the setting to itself; what its `ips` makes of a made-up request tells. */
function fastifyTrusts(request: NestRequest): boolean {
  return STRANGERS.some((address) => {
    const raw = {
      socket: { remoteAddress: address },
      headers: { "x-forwarded-for": `${address}, `.repeat(FAR) + address },
    };
    const ips: unknown = Reflect.get(request, "ips", { raw });
    return Array.isArray(ips) && ips.length > FAR;
  });
}

function isReply(response: NestResponse): response is FastifyReply {
  return "raw" in response && "code" in response;
}

/** Sets header fields. What answers may replace them. */
export function setNestFields(response: NestResponse, fields: readonly HeaderField[]): void {
  if (isReply(response)) for (const [name, value] of fields) response.header(name, value);
  else setFields(response, fields);
}

/** Sends an answer whole. */
export function sendNestAnswer(response: NestResponse, answer: Answer): void {
  if (isReply(response)) reply(response, answer);
  else sendAnswer(response, answer);
}

function reply(response: FastifyReply, { status, headers, body }: Answer): void {
  response.code(status);
  setNestFields(response, headers);
  // As bytes: Fastify adds a charset to the type of a text.
  response.send(body === "" ? undefined : new TextEncoder().encode(body));
}
