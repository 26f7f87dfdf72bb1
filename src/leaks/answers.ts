/** An answer that says in one sentence why nothing was done. */
export interface Refusal {
  readonly status: number;
  readonly message: string;
}

/** What is refused, and how. All that is wrong with a signature is one answer: it tells nobody how near a forgery came. */
export const REFUSALS = {
  method: { status: 405, message: "Use POST." },
  forged: { status: 403, message: "The request is not signed by GitHub." },
  tooLarge: { status: 413, message: "The body is too large." },
  unreadable: { status: 400, message: "The body is not a JSON array." },
  replayed: { status: 409, message: "This body was handled before." },
  unavailable: { status: 503, message: "The report cannot be handled now. Send it again later." },
} as const;

/** Makes a response of a refusal. */
export function refuse({ status, message }: Refusal): Response {
  const fields = status === REFUSALS.method.status ? { allow: "POST" } : {};
  return answer({ error: message }, status, fields);
}

/** Makes a response of JSON that no cache may keep. */
export function answer(
  body: unknown,
  status = 200,
  fields: Readonly<Record<string, string>> = {},
): Response {
  return Response.json(body, { status, headers: { "cache-control": "no-store", ...fields } });
}
