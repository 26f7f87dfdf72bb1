import type { SentMail } from "../outbox.ts";
import { html, type Markup } from "./html.ts";

const LINK = /(https?:\/\/\S+)/;

/** Stands in for the person's mail program. */
export function outboxPage(mails: readonly SentMail[], address: string): Markup {
  return html`<h1>Outbox</h1>
    <p>Mails to ${address}, newest first. This page stands in for a mail program: nothing is sent.</p>
    ${mails.length === 0 ? html`<p class="card">No mail yet.</p>` : mails.map(mail)}`;
}

function mail({ at, message }: SentMail): Markup {
  return html`<article class="card mail">
    <h2>${message.subject}</h2>
    <p class="muted">to ${message.to.address} · <time datetime="${at.toISOString()}">${at.toUTCString()}</time></p>
    <div class="letter">${linked(message.text)}</div>
  </article>`;
}

/** A text with its addresses as links. */
function linked(text: string): readonly Markup[] {
  return text
    .split(LINK)
    .map((part) => (LINK.test(part) ? html`<a href="${part}">${part}</a>` : html`${part}`));
}
