import type { RequestReader } from "./request-reader.ts";

/**
 * Whether a request is a CORS preflight, which a browser sends without credentials (Fetch standard, section 4.8; DEC-12). Any other
 * OPTIONS needs a token like every method, and so does one that brings credentials: no browser sends them with a preflight.
 */
export function isPreflight<Request>(request: Request, reader: RequestReader<Request>): boolean {
  return (
    reader.method(request) === "OPTIONS" &&
    hasOne(reader.lines(request, "origin")) &&
    hasOne(reader.lines(request, "access-control-request-method")) &&
    reader.lines(request, "authorization").every((line) => line === "")
  );
}

function hasOne(lines: readonly string[]): boolean {
  return lines.length === 1 && lines[0] !== "";
}
