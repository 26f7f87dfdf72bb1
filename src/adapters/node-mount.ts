import type { IncomingMessage, ServerResponse } from "node:http";
import type { RequestReader } from "../http/request-reader.ts";
import { type MountOptions, resolveMounting, type WebListener } from "./mounting.ts";
import { createServe } from "./node-serve.ts";
import { createTargetOf } from "./node-target.ts";

/** Middleware as Express, Connect and Fastify's middie call it. */
export type NodeMiddleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/** Makes middleware of a handler, for frameworks whose request is Node's message. @throws TypeError or RangeError that names the path. */
export function createNodeMount<Source extends IncomingMessage>(
  handler: WebListener,
  options: MountOptions<Source>,
  reader: RequestReader<Source>,
): NodeMiddleware {
  const { answers, clientOf } = resolveMounting(handler, options, reader);
  // Casts, as each framework hands its own request to all of its middleware.
  const own = (message: IncomingMessage): Source => message as Source;
  const targetOf = createTargetOf(options.origin, reader, (source) => source);
  const serve = createServe(
    handler,
    (message) => targetOf(own(message)),
    (message) => clientOf(own(message)),
  );
  return function tokenryMount(message, response, next) {
    if (!answers(own(message))) return next();
    serve(message, response).catch((error: unknown) => {
      // Of an answer that was begun only its end can tell the client.
      if (response.headersSent) response.destroy();
      next(error);
    });
  };
}
