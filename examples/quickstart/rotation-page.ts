import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { type Tokenry, TokenryError } from "tokenry";

const LONGEST_FORM = 1024;

/** The page behind the link of the mail. Mail scanners follow links: a GET changes nothing, the button's POST does. */
export async function answerRotationLink(
  tokens: Pick<Tokenry, "confirmRotation">,
  request: IncomingMessage,
  response: ServerResponse,
  searchParams: URLSearchParams,
): Promise<void> {
  if (request.method !== "POST") return sendPage(response, 200, button(searchParams.get("code")));
  if (!(Number(request.headers["content-length"]) <= LONGEST_FORM))
    return sendPage(response, 413, "<p>The form is too long.</p>");
  const code = new URLSearchParams(await text(request)).get("code") ?? "";
  try {
    const { secret, token } = await tokens.confirmRotation({ code });
    sendPage(
      response,
      200,
      `<p>Your new primary token, shown once:</p><code>${secret.reveal()}</code>
       <p>“${escaped(token.name)}” as it was is now the backup: delete it when your programs have moved over.</p>`,
    );
  } catch (error) {
    if (!(error instanceof TokenryError)) throw error;
    sendPage(response, error.status, `<p>${escaped(error.message)}</p>`);
  }
}

function button(code: string | null): string {
  return `<form method="post" action="/rotation">
      <input type="hidden" name="code" value="${escaped(code ?? "")}">
      <button>Make a new primary token</button>
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
