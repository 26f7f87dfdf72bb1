import type { IncomingMessage, ServerResponse } from "node:http";
import { sendAnswer } from "./node-message.ts";

/** One request must not end the process: an error that nobody takes is answered, and told on the console as a warning of the process. */
export function answerError(
  error: unknown,
  _request: IncomingMessage,
  response: ServerResponse,
): void {
  process.emitWarning(
    error instanceof Error ? error : new Error("a listener has failed", { cause: error }),
  );
  if (!response.headersSent) sendAnswer(response, { status: 500, headers: [], body: "" });
  else if (!response.writableEnded) response.destroy();
}
