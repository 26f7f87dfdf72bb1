import { readBody } from "../../http/read-body.ts";

/** The parameters of a request to an endpoint: no name is there twice but those that may be (RFC 6749 section 3.2, RFC 8693 section 2.1). */
export interface Form {
  /** The value of a parameter; `undefined` when it is absent or empty, which is the same (RFC 6749 section 3.2). */
  get(name: string): string | undefined;
  /** The values of a parameter that may be repeated. */
  all(name: string): readonly string[];
}

/** Why a body is no form. */
export type FormFault = "content_type" | "too_large" | "broken" | "repeated";

const REPEATABLE: ReadonlySet<string> = new Set(["resource", "audience"]);
const MOST_BYTES = 65_536;
const FORM_TYPE = /^application\/x-www-form-urlencoded[ \t]*(?:;.*)?$/i;

/** Reads the form of a request, in UTF-8, and never more than 64 KiB of it. */
export async function readForm(request: Request): Promise<Form | FormFault> {
  if (!FORM_TYPE.test(request.headers.get("content-type") ?? "")) return "content_type";
  const body = await readBody(request, MOST_BYTES);
  if (body.outcome !== "read") return body.outcome;
  try {
    return formOf(new TextDecoder("utf-8", { fatal: true }).decode(body.bytes));
  } catch {
    return "broken";
  }
}

/** Reads a form that is text already. */
function formOf(text: string): Form | "repeated" {
  const values = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(text)) {
    const before = values.get(name);
    if (before === undefined) values.set(name, [value]);
    else if (REPEATABLE.has(name)) before.push(value);
    else return "repeated";
  }
  const all = (name: string): readonly string[] =>
    (values.get(name) ?? []).filter((value) => value !== "");
  return { all, get: (name) => all(name)[0] };
}
