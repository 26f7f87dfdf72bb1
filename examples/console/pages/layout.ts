import { isManager, type Person } from "../people.ts";
import { html, type Markup } from "./html.ts";

/** A page of somebody who is signed in. */
export interface PageParts {
  readonly title: string;
  readonly path: string;
  readonly person: Person;
  readonly content: Markup;
}

/** The page of somebody who is signed in: navigation at the left, the person's own menu in the upper right corner. */
export function layout({ title, path, person, content }: PageParts): Markup {
  const link = (href: string, text: string): Markup =>
    html`<a href="${href}"${path === href ? html` aria-current="page"` : undefined}>${text}</a>`;
  const profileLinks = [link("/profile/edit", "Edit Profile"), link("/profile", "View Profile")];
  return document(
    title,
    html`<a class="skip" href="#content">Skip to the content</a>
    <header class="bar">
      <a class="brand" href="/profile"><img src="/assets/icon.svg" alt="" width="28" height="28">Acme Console</a>
      <details class="menu at-end">
        <summary><span class="person">${person.profile.name}</span></summary>
        <div class="menu-items">
          ${profileLinks}
          <form method="post" action="/sign-out"><button>Sign out</button></form>
        </div>
      </details>
    </header>
    <nav class="main" aria-label="Main">
      ${link("/tokens", "API Tokens")} ${link("/outbox", "Outbox")}
      ${isManager(person) ? securityMenu(link, path) : undefined}
    </nav>
    <main id="content" tabindex="-1">
      <div id="signed-out" class="notice" role="alert" hidden>
        <p>You are signed out. <a href="/sign-in?then=${encodeURIComponent(path)}">Sign in</a></p>
      </div>
      ${content}
    </main>
    <nav class="foot" aria-label="Profile">${profileLinks}</nav>`,
  );
}

function securityMenu(link: (href: string, text: string) => Markup, path: string): Markup {
  return html`<details class="group"${path.startsWith("/security/") ? html` open` : undefined}>
    <summary>Security</summary>
    <div>
      ${link("/security/users", "Application Users")}
      ${link("/security/zones", "Network Zones")}
      ${link("/security/events", "Audit Trail")}
    </div>
  </details>`;
}

/** A whole page, with the screens and the console's own style and script: nothing is inline, so that the policy can forbid it. */
export function document(title: string, body: Markup): Markup {
  return html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${title} · Acme Console</title>
    <link rel="icon" href="/assets/icon.svg">
    <link rel="stylesheet" href="/assets/frame.css">
    <link rel="stylesheet" href="/assets/content.css">
    <script type="module" src="/tokenry/elements.js"></script>
    <script type="module" src="/assets/console.js"></script>
  </head>
  <body>
    ${body}
  </body>
</html>
`;
}
