import type { IncomingMessage, ServerResponse } from "node:http";
import type { WebClient } from "../http/web-handler.ts";
import type { WebListener } from "./mounting.ts";
import { nodeReader, sendAnswer } from "./node-message.ts";
import { createCall, type NodeCall, watchLeaving } from "./node-request.ts";
import { sendResponse } from "./node-response.ts";
import { checkedTarget, type TargetOf } from "./node-target.ts";

/** Serves one request. Rejects with what the handler throws, while the client is there to be told. */
export type Serve = (message: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Has a handler of the Fetch standard answer Node's messages, bodies streaming both ways. */
export function createServe(
  handler: WebListener,
  targetOf: TargetOf,
  clientOf: (message: IncomingMessage) => WebClient,
): Serve {
  return async (message, response) => {
    // What runs before a listener may have waited until nobody was there any more.
    if (response.destroyed || response.headersSent) return;
    const leaving = watchLeaving(response);
    let call: NodeCall | undefined;
    try {
      const target = checkedTarget(message, nodeReader, targetOf);
      if (typeof target === "number")
        return sendAnswer(response, { status: target, headers: [], body: "" });
      call = createCall(message, target, leaving);
      const answer = await handler(call.request, clientOf(message));
      await sendResponse(answer, response, message.method === "HEAD");
    } catch (error) {
      if (!leaving.aborted) throw error;
    } finally {
      call?.release();
    }
  };
}
