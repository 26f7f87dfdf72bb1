import type { RequestReader } from "../../src/http/request-reader.ts";

/** A request as data: its fields by lines, in lower case. */
export interface TestRequest {
  readonly method?: string;
  readonly peer?: string;
  readonly target?: string;
  readonly fields?: readonly (readonly [name: string, value: string])[];
}

/** Reads requests that are data. */
export const testReader: RequestReader<TestRequest> = {
  method: ({ method = "GET" }) => method,
  peer: ({ peer }) => peer,
  target: ({ target = "/orders" }) => target,
  lines: ({ fields = [] }, name) =>
    fields.filter(([field]) => field === name).map(([, value]) => value),
};

/** A request with one Authorization line, from 203.0.113.7. */
export function requestWith(
  authorization: string | undefined,
  more: Partial<TestRequest> = {},
): TestRequest {
  const fields = authorization === undefined ? [] : [["authorization", authorization] as const];
  return { peer: "203.0.113.7", ...more, fields: [...fields, ...(more.fields ?? [])] };
}
