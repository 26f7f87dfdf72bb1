import { html, type Markup } from "./html.ts";

/** How a token is used, to be copied to a terminal. */
export function tryIt(origin: string): Markup {
  return html`<section class="try-it">
    <h2>Try a token</h2>
    <p>Put a token in the place of TOKEN. The APIs are orders, invoices and menu.</p>
    <pre><code>curl -i -H 'Authorization: Bearer TOKEN' ${origin}/api/orders</code></pre>
  </section>`;
}
