import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { Gate, type TokenChecker } from "../http/gate.ts";
import type { HttpOptions } from "../http/options.ts";
import type { ApiOf, Requirement } from "../http/requirement.ts";
import type { Accepted } from "../model.ts";
import { nodeReader, sendAnswer, setFields } from "./node-message.ts";

export type { Answer, HeaderField } from "../http/answer.ts";
export type { HttpOptions } from "../http/options.ts";
export type { HttpRefusal } from "../http/refusals.ts";
export type { ApiOf, Requirement } from "../http/requirement.ts";

/** A request that was let through, with the verdict on its token. */
export interface ProtectedRequest<Kind extends string = string, Profile = unknown>
  extends IncomingMessage {
  readonly token: Accepted<Kind, Profile>;
}

/** A listener behind `protect`. What it throws, or rejects with, is the listener's own affair: see {@link NodeOptions.onError}. */
export type ProtectedListener<Kind extends string = string, Profile = unknown> = (
  request: ProtectedRequest<Kind, Profile>,
  response: ServerResponse,
) => unknown;

/** Options of `tokenry/node`. */
export interface NodeOptions extends HttpOptions<IncomingMessage> {
  /** Answers CORS preflights, which carry no token. Default: 204 without any header of CORS, so that browsers of other origins keep away. */
  readonly preflight?: (request: IncomingMessage, response: ServerResponse) => unknown;
  /** Answers for what a listener throws or rejects with. Default: the error is the process's, as in any listener. */
  readonly onError?: (error: unknown, request: IncomingMessage, response: ServerResponse) => void;
}

/** Makes protected listeners for `createServer`. */
export interface NodeProtect<
  Kind extends string = string,
  ApiName extends string = string,
  Profile = unknown,
> {
  (
    api: ApiOf<IncomingMessage, ApiName>,
    listener: ProtectedListener<Kind, Profile>,
  ): RequestListener;
  (
    api: ApiOf<IncomingMessage, ApiName>,
    requirement: Requirement<IncomingMessage, Profile>,
    listener: ProtectedListener<Kind, Profile>,
  ): RequestListener;
  /** A listener that ends the token of its request: 204, or 401 for what is no token. */
  revokeCurrent(): RequestListener;
}

/**
 * Protects listeners of node:http.
 *
 * @throws TypeError or RangeError that names the path of a wrong option.
 *
 * @example
 * const protect = createProtect(tokens);
 * createServer(protect("orders", (request, response) => response.end(request.token.owner.id))).listen(3000);
 */
export function createProtect<Kind extends string, ApiName extends string, Profile>(
  tokens: TokenChecker<Kind, ApiName, Profile>,
  options: NodeOptions = {},
): NodeProtect<Kind, ApiName, Profile> {
  const { preflight = sendNoContent, onError = rethrow, ...httpOptions } = options;
  for (const [name, value] of Object.entries({ preflight, onError })) {
    if (typeof value !== "function") throw new TypeError(`options.${name} must be a function`);
  }
  const gate = new Gate(tokens, httpOptions, nodeReader);

  const settled =
    (serve: (request: IncomingMessage, response: ServerResponse) => unknown): RequestListener =>
    async (request, response) => {
      try {
        await serve(request, response);
      } catch (error) {
        onError(error, request, response);
      }
    };

  const protect = (
    api: ApiOf<IncomingMessage, ApiName>,
    ...rest: ProtectArguments<Kind, Profile>
  ): RequestListener => {
    const [requirement, listener] = rest.length === 1 ? [{}, rest[0]] : rest;
    if (typeof listener !== "function") throw new TypeError("listener must be a function");
    const admit = gate.protect(api, requirement);
    return settled(async (request, response) => {
      const admission = await admit(request);
      if (admission.outcome === "preflight") return preflight(request, response);
      if (admission.outcome === "refused") return sendAnswer(response, admission.answer);
      setFields(response, admission.headers);
      return listener(Object.assign(request, { token: admission.verdict }), response);
    });
  };
  const revokeCurrent = (): RequestListener =>
    settled(async (request, response) => sendAnswer(response, await gate.revokeCurrent(request)));
  return Object.assign(protect, { revokeCurrent });
}

/** What follows the API. */
type ProtectArguments<Kind extends string, Profile> =
  | [ProtectedListener<Kind, Profile>]
  | [Requirement<IncomingMessage, Profile>, ProtectedListener<Kind, Profile>];

function sendNoContent(_request: IncomingMessage, response: ServerResponse): void {
  sendAnswer(response, { status: 204, headers: [], body: "" });
}

/** An error that nobody takes is the process's: node:http has no error handling of its own. */
function rethrow(error: unknown): never {
  throw error;
}
