import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { Gate, type TokenChecker } from "../http/gate.ts";
import type { HttpOptions } from "../http/options.ts";
import type { ApiOf, Requirement } from "../http/requirement.ts";
import type { Accepted } from "../model.ts";
import { fieldsBeside } from "./cache-control.ts";
import { answerError, createFail } from "./node-failure.ts";
import { nodeReader, sendAnswer, setFields } from "./node-message.ts";

export type { Answer, HeaderField } from "../http/answer.ts";
export type { CredentialOptions } from "../http/credentials.ts";
export type { GuessingOptions } from "../http/failure-limit.ts";
export type { TokenChecker } from "../http/gate.ts";
export type { HttpOptions } from "../http/options.ts";
export type { HttpRefusal } from "../http/refusals.ts";
export type { ApiOf, Requirement } from "../http/requirement.ts";
export type { WebClient, WebHandler } from "../http/web-handler.ts";
export type { WebListener } from "./mounting.ts";
export { type NodeHandlerOptions, toNodeHandler } from "./node-handler.ts";
export type { NodeOrigin } from "./node-target.ts";

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
export interface NodeOptions extends Omit<HttpOptions<IncomingMessage>, "passPreflights"> {
  /** Answers CORS preflights, which carry no token. Default: 204 without any header of CORS, so that browsers of other origins keep away. */
  readonly preflight?: (request: IncomingMessage, response: ServerResponse) => unknown;
  /**
   * Answers for what a listener, or a function in these options, throws or rejects with. Default: 500 without a body, or the end of an
   * answer that was begun; and `process.emitWarning` with the error. So is answered what it throws or rejects with itself.
   */
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
  const { preflight = sendNoContent, onError = answerError, ...httpOptions } = options;
  for (const [name, value] of Object.entries({ preflight, onError })) {
    if (typeof value !== "function") throw new TypeError(`options.${name} must be a function`);
  }
  const gate = new Gate(tokens, httpOptions, nodeReader);
  const fail = createFail(onError);

  const protect = (
    api: ApiOf<IncomingMessage, ApiName>,
    ...rest: ProtectArguments<Kind, Profile>
  ): RequestListener => {
    const [requirement, listener] = rest.length === 1 ? [{}, rest[0]] : rest;
    if (typeof listener !== "function") throw new TypeError("listener must be a function");
    const admit = gate.protect(api, requirement);
    const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      try {
        const admission = await admit(request);
        if (response.headersSent) return;
        if (admission.outcome === "refused") sendAnswer(response, admission.answer);
        else if (admission.outcome === "preflight") await preflight(request, response);
        else {
          setFields(response, fieldsBeside(response, admission.headers));
          await listener(Object.assign(request, { token: admission.verdict }), response);
        }
      } catch (error) {
        fail(error, request, response);
      }
    };
    return (request, response) => void serve(request, response);
  };
  const revoke = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      const revocation = await gate.revokeCurrent(request);
      if (response.headersSent) return;
      if (revocation.outcome === "preflight") await preflight(request, response);
      else sendAnswer(response, revocation.answer);
    } catch (error) {
      fail(error, request, response);
    }
  };
  const revokeCurrent = (): RequestListener => (request, response) =>
    void revoke(request, response);
  return Object.assign(protect, { revokeCurrent });
}

/** What follows the API. */
type ProtectArguments<Kind extends string, Profile> =
  | [ProtectedListener<Kind, Profile>]
  | [Requirement<IncomingMessage, Profile>, ProtectedListener<Kind, Profile>];

function sendNoContent(_request: IncomingMessage, response: ServerResponse): void {
  sendAnswer(response, { status: 204, headers: [], body: "" });
}
