import { type Answer, MOST_BODY, type Outgoing, type Sender } from "./sender.ts";

/** Redirects that a platform hides are told so, without their status. */
const SOME_REDIRECT = 302;

/** Sends by a `fetch`. */
export function fetchSender(send: typeof fetch): Sender {
  return async ({ url, headers, body }: Outgoing, signal: AbortSignal): Promise<Answer> => {
    const init = { method: "POST", headers, body, redirect: "manual", signal } as const;
    const response = await send(url.href, init);
    return {
      status: response.type === "opaqueredirect" ? SOME_REDIRECT : response.status,
      retryAfter: response.headers.get("retry-after") ?? undefined,
      drained: drain(response.body),
    };
  };
}

async function drain(body: ReadableStream<Uint8Array> | null): Promise<void> {
  if (body === null) return;
  const reader = body.getReader();
  try {
    for (let left = MOST_BODY; left > 0; ) {
      const { done, value } = await reader.read();
      if (done) return;
      left -= value.length;
    }
    await reader.cancel();
  } catch {
    // The head has said it all.
  }
}
