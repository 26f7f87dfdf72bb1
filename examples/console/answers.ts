import type { ServerResponse } from "node:http";
import type { Markup } from "./pages/html.ts";

/** No inline script or style, no other site's anything, and no frame around it: the screens need no more than this. */
const POLICY =
  "default-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'; object-src 'none'";

/** Sends a page, which no cache keeps: it shows what is so now, to one person. */
export function sendPage(response: ServerResponse, status: number, page: Markup): void {
  response
    .writeHead(status, {
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": POLICY,
      "Cache-Control": "no-store",
      "Referrer-Policy": "same-origin",
      "X-Content-Type-Options": "nosniff",
    })
    .end(page.text);
}

/** Sends the browser on, by GET. */
export function redirect(response: ServerResponse, to: string, cookie?: string): void {
  response
    .writeHead(303, {
      Location: to,
      "Cache-Control": "no-store",
      ...(cookie === undefined ? {} : { "Set-Cookie": cookie }),
    })
    .end();
}
