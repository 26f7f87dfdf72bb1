import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from "@nestjs/common";
import type { Answer } from "../../http/answer.ts";
import { type NestResponse, sendNestAnswer } from "./message.ts";

/**
 * Thrown by the guard for a request that it refuses. The module has a filter that sends the answer as it is; a filter of your own that
 * takes precedence can send another.
 *
 * The headers of the answer, without its type, are on the response when a filter sees it.
 *
 * @example
 * \@Catch(TokenRefusedException)
 * class RefusalFilter implements ExceptionFilter<TokenRefusedException> { … }
 */
export class TokenRefusedException extends HttpException {
  readonly answer: Answer;

  constructor(answer: Answer) {
    super(readBody(answer.body), answer.status);
    this.answer = answer;
  }
}

/** As data where it is JSON, for filters that work on the response of an HttpException. */
function readBody(body: string): string | Record<string, unknown> {
  try {
    const data: unknown = JSON.parse(body);
    // A cast after the check: what Nest wants is an object.
    if (typeof data === "object" && data !== null) return data as Record<string, unknown>;
  } catch {
    // `options.refusal` may answer with text.
  }
  return body;
}

/** Sends what the guard refused with. */
export class TokenRefusedFilter implements ExceptionFilter<TokenRefusedException> {
  catch(exception: TokenRefusedException, host: ArgumentsHost): void {
    sendNestAnswer(host.switchToHttp().getResponse<NestResponse>(), exception.answer);
  }
}

Catch(TokenRefusedException)(TokenRefusedFilter);
