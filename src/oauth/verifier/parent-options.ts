import { TokenryError } from "../../errors.ts";

/** Who is told of outages. */
export type OnError = (error: TokenryError) => void;

/** Makes what tells the host of an outage, and never throws: a host whose own error handler throws, at once or later, is not told twice. */
export function createReport(
  onError: OnError | undefined,
): (message: string, cause: unknown) => void {
  const tell = async (error: TokenryError): Promise<void> => onError?.(error);
  return (message, cause) => {
    tell(new TokenryError("unavailable", { message, cause })).catch(() => {});
  };
}

/** Checks options that are functions. */
export function checkFunctions(functions: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(functions)) {
    if (value !== undefined && typeof value !== "function")
      throw new TypeError(`options.${name} must be a function`);
  }
}
