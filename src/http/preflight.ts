import type { RequestReader } from "./request-reader.ts";

/**
 * Whether a request is a CORS preflight, which a browser sends without credentials (Fetch standard, section 4.8; DEC-12). Any other
 * OPTIONS needs a token like every method.
 */
export function isPreflight<Request>(request: Request, reader: RequestReader<Request>): boolean {
  return (
    reader.method(request) === "OPTIONS" &&
    reader.lines(request, "origin").length > 0 &&
    reader.lines(request, "access-control-request-method").length > 0
  );
}
