import { html, type Markup } from "./html.ts";
import { document } from "./layout.ts";

/** A page that says one thing. */
export function messagePage(title: string, sentence: string): Markup {
  return document(
    title,
    html`<main id="content" class="sign-in">
      <h1>${title}</h1>
      <p>${sentence}</p>
      <p><a href="/profile">To your profile</a></p>
    </main>`,
  );
}
