import type { Person } from "../people.ts";
import { html, type Markup } from "./html.ts";
import { document } from "./layout.ts";

/** The page before all others. `then` is where it leads. */
export function signInPage(people: readonly Person[], then: string): Markup {
  return document(
    "Sign in",
    html`<main id="content" class="sign-in">
      <h1><img src="/assets/icon.svg" alt="" width="40" height="40">Acme Console</h1>
      <p>This is a demo: there is no password. Choose who you are.</p>
      <form method="post" action="/sign-in">
        <input type="hidden" name="then" value="${then}">
        ${people.map(choice)}
      </form>
    </main>`,
  );
}

function choice({ id, profile }: Person): Markup {
  return html`<button name="person" value="${id}">
    <strong>${profile.name}</strong> <span>${profile.role}</span>
  </button>`;
}
