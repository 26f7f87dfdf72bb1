import * as z from "zod";
import { checkText } from "../checks.ts";
import { readBody } from "../http/read-body.ts";
import { faultsOf } from "./faults.ts";
import { type Fault, inputRefusal, isRefusal, type Refusal } from "./refusal.ts";
import type { RouteFacts } from "./route.ts";

/** What a request asks for besides its path, checked. */
export interface Input {
  readonly query: unknown;
  readonly body: unknown;
}

type Asked = Pick<Request, "body" | "bodyUsed" | "headers" | "method">;

const NO_QUERY = z.strictObject({});
const MOST_BYTES = 65_536;

/** Reads query and body by the schemas of a route. */
export async function readInput(
  route: RouteFacts,
  request: Asked,
  query: URLSearchParams,
): Promise<Input | Refusal> {
  const asked = readQuery(route.query ?? NO_QUERY, query);
  if (isRefusal(asked)) return asked;
  const sent = await readSent(route, request);
  return isRefusal(sent) ? sent : { query: asked.value, body: sent.value };
}

interface Read {
  readonly value: unknown;
}

/** A parameter that is there twice is a list, which only some may be. */
function readQuery(schema: z.ZodType, query: URLSearchParams): Read | Refusal {
  const given = new Map<string, string[]>();
  for (const [name, value] of query) {
    const all = given.get(name);
    if (all === undefined) given.set(name, [value]);
    else all.push(value);
  }
  const unsafe = [...query].filter(([, value]) => !isSafe(value));
  if (unsafe.length > 0)
    return inputRefusal([{ path: "", message: "the query holds control characters" }]);
  const values = Object.fromEntries(
    [...given].map(([name, all]) => [name, all.length === 1 ? all[0] : all]),
  );
  const parsed = schema.safeParse(values);
  if (parsed.success) return { value: parsed.data };
  const asParameter = ({ path, message }: Fault): Fault => ({
    path: path.replace(/^\//, "?"),
    message,
  });
  return inputRefusal(faultsOf(parsed.error).map(asParameter));
}

/** What a database would refuse or change finds nothing, and must not reach it. An empty or a long text is the schema's to refuse. */
function isSafe(text: string): boolean {
  try {
    return text === "" || checkText(text, text.length, "query") === text;
  } catch {
    return false;
  }
}

async function readSent(
  { body: schema, method, mostBytes = MOST_BYTES }: RouteFacts,
  request: Asked,
): Promise<Read | Refusal> {
  if (method === "GET") return { value: undefined };
  const read = await readBody(request, mostBytes);
  if (read.outcome === "too_large") return { code: "body_too_large" };
  if (read.outcome === "broken") return inputRefusal([fault("the body cannot be read")]);
  if (schema === undefined) {
    // Who sends one means something by it, which would not be done.
    return read.bytes.length === 0
      ? { value: undefined }
      : inputRefusal([fault("there must be no body")]);
  }
  const value = parseJson(read.bytes);
  if (value === undefined) return inputRefusal([fault("the body is not JSON in UTF-8")]);
  const parsed = schema.safeParse(value);
  return parsed.success ? { value: parsed.data } : inputRefusal(faultsOf(parsed.error));
}

function fault(message: string): Fault {
  return { path: "", message };
}

/** The value of a text in JSON, which is never `undefined`; that means that there is none. */
function parseJson(bytes: Uint8Array<ArrayBuffer>): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes), refusePrototype);
  } catch {
    return undefined;
  }
}

/** Copies of objects would lose it, or take it for more than a name. */
function refusePrototype(key: string, value: unknown): unknown {
  if (key === "__proto__") throw new SyntaxError("no name of a member");
  return value;
}
