import type { IncomingHttpHeaders } from "node:http";
import type { Answer, HeaderField } from "../../http/answer.ts";
import type { RequestReader } from "../../http/request-reader.ts";
import type { FieldsOfHost } from "../cache-control.ts";
import {
  type NodeRequest,
  type NodeResponse,
  nodeReaderOf,
  sendAnswer,
  setFields,
} from "../node-message.ts";
import { type ExpressSettings, expressBelieves, fastifyBelieves } from "../trust-probe.ts";

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
export type NestResponse = (NodeResponse & FieldsOfHost) | FastifyReply;

/** What an answer needs of Fastify's reply. */
interface FastifyReply extends FieldsOfHost {
  readonly raw: unknown;
  code(status: number): unknown;
  header(name: string, value: string): unknown;
  send(body?: Uint8Array): unknown;
}

/** Reads the message beneath the platform's request. */
export const nestReader: RequestReader<NestRequest> = {
  ...nodeReaderOf(messageOf),
  believesAnyone,
};

function messageOf(request: NestRequest): NodeRequest {
  // A cast, as each platform has its own: Express's request is Node's message, Fastify's has it.
  const own = request as Partial<NodeRequest> & { readonly raw?: Partial<NodeRequest> };
  const message = own.rawHeaders === undefined ? own.raw : own;
  if (Array.isArray(message?.rawHeaders)) return message as NodeRequest;
  throw new TypeError("tokenry/nest serves platform-express and platform-fastify");
}

/** Express's requests know their application. */
function believesAnyone(request: NestRequest & { readonly app?: ExpressSettings }): boolean {
  return request.app === undefined ? fastifyBelieves(request) : expressBelieves(request.app);
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
