/** One answer as it came over the connection. */
export interface RawAnswer {
  readonly status: number;
  /** Fields in order, with names in lower case. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** Everything before the body, as it came, with the empty line. */
  readonly head: string;
  /** Without the framing of chunks. */
  readonly body: string;
}

/** An answer and how many bytes of the input it took. */
export interface ParsedAnswer {
  readonly answer: RawAnswer;
  readonly length: number;
}

const HEAD_END = "\r\n\r\n";

/**
 * Reads one answer from the front of what has come, as text with one character per byte; `undefined` while it is not complete.
 *
 * `isEnded`: nothing more will come, which is what ends a body without a length. `method` is the request's: HEAD has no body.
 */
export function parseAnswer(
  input: string,
  { method, isEnded }: { readonly method: string; readonly isEnded: boolean },
): ParsedAnswer | undefined {
  const end = input.indexOf(HEAD_END);
  if (end < 0) return undefined;
  const head = input.slice(0, end + HEAD_END.length);
  const [statusLine = "", ...lines] = input.slice(0, end).split("\r\n");
  const [, code] = /^HTTP\/1\.[01] ([1-5][0-9]{2})(?: |$)/.exec(statusLine) ?? [];
  if (code === undefined) throw new Error(`no status line: ${JSON.stringify(statusLine)}`);
  const status = Number(code);
  const fields = lines.map(parseField);
  const rest = input.slice(head.length);
  const body = parseBody(rest, { fields, isEnded, isBare: isBodyless(method, status) });
  if (body === undefined) return undefined;
  const answer = { status, fields, head, body: body.text };
  return { answer, length: head.length + body.length };
}

function parseField(line: string): [string, string] {
  const colon = line.indexOf(":");
  if (colon < 1) throw new Error(`no header field: ${JSON.stringify(line)}`);
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}

/** RFC 9112 section 6.3. */
function isBodyless(method: string, status: number): boolean {
  return method === "HEAD" || status < 200 || status === 204 || status === 304;
}

interface Framing {
  readonly fields: RawAnswer["fields"];
  readonly isEnded: boolean;
  readonly isBare: boolean;
}

interface Body {
  readonly text: string;
  readonly length: number;
}

function parseBody(rest: string, { fields, isEnded, isBare }: Framing): Body | undefined {
  if (isBare) return { text: "", length: 0 };
  const fieldValue = (name: string) => fields.find(([field]) => field === name)?.[1];
  if (fieldValue("transfer-encoding")?.toLowerCase() === "chunked") return parseChunks(rest);
  const declared = fieldValue("content-length");
  if (declared === undefined) return isEnded ? { text: rest, length: rest.length } : undefined;
  const length = Number(declared);
  return rest.length < length ? undefined : { text: rest.slice(0, length), length };
}

function parseChunks(rest: string): Body | undefined {
  let text = "";
  for (let position = 0; ; ) {
    const lineEnd = rest.indexOf("\r\n", position);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(rest.slice(position, lineEnd), 16);
    if (Number.isNaN(size)) throw new Error("no length of a chunk");
    const start = lineEnd + 2;
    const end = start + size;
    if (rest.length < end + 2) return undefined;
    text += rest.slice(start, end);
    position = end + 2;
    if (size === 0) return { text, length: position };
  }
}
