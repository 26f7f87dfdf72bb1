import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { type Tokenry, TokenryError, type TokenryErrorCode } from "tokenry";

const LONGEST_FORM = 1024;

/**
 * The page behind the links of a confirmation mail: `/rotation?code=…` confirms, `/rotation/cancel?code=…` turns down. Programs that scan
 * mail follow links, so a GET changes nothing and shows a button; the button's POST does it. A second click gets the page for a code
 * that opens nothing, whatever became of the first.
 */
export async function answerRotationLink(
  tokens: Pick<Tokenry, "confirmRotation" | "cancelRotation">,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
  const isCancel = pathname.endsWith("/cancel");
  if (request.method !== "POST")
    return sendPage(response, 200, button(pathname, searchParams.get("code") ?? "", isCancel));
  if (!(Number(request.headers["content-length"]) <= LONGEST_FORM))
    return sendPage(response, 413, "<p>The form is too long.</p>");
  const code = new URLSearchParams(await text(request)).get("code") ?? "";
  try {
    sendPage(
      response,
      200,
      isCancel ? await cancelled(tokens, code) : await confirmed(tokens, code),
    );
  } catch (error) {
    if (!(error instanceof TokenryError)) throw error;
    sendPage(response, error.status, `<p>${escaped(error.message)}</p><p>${hint(error.code)}</p>`);
  }
}

function hint(code: TokenryErrorCode): string {
  return code === "rotation_code_invalid"
    ? "Perhaps you have confirmed already: look at your tokens. This click has changed nothing."
    : "Look at your tokens before you try again.";
}

async function confirmed(tokens: Pick<Tokenry, "confirmRotation">, code: string): Promise<string> {
  const { secret, token } = await tokens.confirmRotation({ code });
  return `<p>Your new primary token, shown once:</p><code>${secret.reveal()}</code>
    <p>“${escaped(token.name)}” as it was is now the backup: delete it when your programs have moved over.</p>`;
}

async function cancelled(tokens: Pick<Tokenry, "cancelRotation">, code: string): Promise<string> {
  await tokens.cancelRotation({ code });
  return "<p>Nothing has changed: the new token was not made.</p>";
}

function button(action: string, code: string, isCancel: boolean): string {
  return `<form method="post" action="${escaped(action)}">
      <input type="hidden" name="code" value="${escaped(code)}">
      <button>${isCancel ? "Do not make a new token" : "Make a new primary token"}</button>
    </form>`;
}

/** No cache keeps the page, no script runs in it, no other site frames it or learns its address. */
function sendPage(response: ServerResponse, status: number, content: string): void {
  response.writeHead(status, {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy":
      "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  });
  response.end(`<!doctype html><title>API tokens</title>${content}`);
}

function escaped(value: string): string {
  return value.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
