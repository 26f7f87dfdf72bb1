import type { IncomingMessage, ServerResponse } from "node:http";
import { sendAnswer } from "./node-message.ts";

type OnError = (error: unknown, request: IncomingMessage, response: ServerResponse) => void;

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

/** Has `onError` answer. What it throws or rejects with itself, as where the head was sent already, is answered like any error. */
export function createFail(onError: OnError): OnError {
  const answer = async (...failure: Parameters<OnError>): Promise<void> => onError(...failure);
  return (...failure) => {
    const [, request, response] = failure;
    answer(...failure).catch((another: unknown) => answerError(another, request, response));
  };
}
