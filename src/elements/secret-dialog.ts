import {
  type CSSResult,
  css,
  html,
  nothing,
  type PropertyDeclarations,
  type TemplateResult,
} from "lit";
import { TokenryElement } from "./base-element.ts";
import { DIALOG, Modal } from "./modal.ts";
import type { SecretHolder } from "./secret-holder.ts";
import { SECRET_FIELD } from "./secret-styles.ts";
import type { TextName } from "./texts.ts";

const BULLETS = "•".repeat(28);
const copiedMs = 4000;

/**
 * Shows a new secret, once: hidden until somebody wants to see it, and in the page only while it is seen. Whoever closes the dialog without
 * having seen or copied it is asked once.
 *
 * Events: `close-wanted`, when it is to be closed; the secret is gone by then.
 */
export class SecretDialog extends TokenryElement {
  static override properties: PropertyDeclarations = {
    ...TokenryElement.properties,
    holder: { attribute: false },
    ownerName: { type: String },
    shown: { state: true },
    copied: { state: true },
    guarded: { state: true },
    said: { state: true },
  };
  static override styles: CSSResult[] = [
    ...TokenryElement.styles,
    DIALOG,
    SECRET_FIELD,
    css`
      .lead {
        display: grid;
        gap: 0.25rem;
      }
    `,
  ];

  declare holder: SecretHolder;
  /** For whom it is, where that is somebody else. */
  declare ownerName: string | undefined;
  declare protected shown: boolean;
  declare protected copied: boolean;
  declare protected guarded: boolean;
  declare protected said: TextName | undefined;
  /** Whether it was seen or copied, or its loss accepted: nothing is to be asked then. */
  #isTaken = false;
  readonly #modal: Modal;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.ownerName = undefined;
    this.shown = false;
    this.copied = false;
    this.guarded = false;
    this.said = undefined;
    this.#modal = new Modal(this, () => void this.#leave());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
    // What is only moved within the page is back at once.
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.holder.clear();
      this.shown = false;
    });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated && this.holder.isEmpty) this.#close();
  }

  protected override render(): TemplateResult {
    return this.#modal.draw({
      heading: this.say("secret_title"),
      closeLabel: this.say("close"),
      content: html`${this.#drawContent()}
        <p class="hidden" role="status">
          ${this.said === undefined ? nothing : this.say(this.said)}
        </p>`,
      actions: this.guarded ? this.#drawGuardActions() : this.#drawActions(),
    });
  }

  #drawContent(): TemplateResult {
    if (this.holder.isEmpty)
      return html`<div class="note warning" role="alert"><p>${this.say("secret_lost")}</p></div>`;
    if (this.guarded)
      return html`<div class="note warning" role="alert"><p>${this.say("secret_guard")}</p></div>`;
    return html`<div class="lead">
        ${
          this.ownerName === undefined
            ? nothing
            : html`<p>${this.say("secret_for", { owner: this.ownerName })}</p>`
        }
        <p>${this.say("secret_lead")}</p>
      </div>
      ${this.#drawField()}
      ${this.said === "secret_copy_by_hand" ? html`<p class="hint">${this.say("secret_copy_by_hand")}</p>` : nothing}
      <div class="note warning"><p>${this.say("secret_once")}</p></div>`;
  }

  #drawField(): TemplateResult {
    const label = this.say(this.shown ? "secret_hide" : "secret_view");
    return html`<div class="secret" role="group" aria-label=${this.say("secret_label")}>
      ${
        this.shown
          ? html`<code class="value" aria-hidden="true" @click=${this.#select}
              >${this.holder.read()}</code
            >`
          : html`<span class="value" aria-hidden="true">${BULLETS}</span>`
      }
      <button
        type="button"
        class="icon"
        aria-label=${label}
        title=${label}
        aria-pressed=${this.shown ? "true" : "false"}
        @click=${this.#toggle}
      >
        ${drawEye(this.shown)}
      </button>
      <button type="button" autofocus class=${this.copied ? "copy done" : "copy primary"} @click=${this.#copy}>
        ${this.say(this.copied ? "secret_copied_short" : "secret_copy")}
      </button>
    </div>`;
  }

  #drawActions(): TemplateResult {
    return html`<button type="button" @click=${this.#leave}>
      ${this.say("close")}
    </button>`;
  }

  #drawGuardActions(): TemplateResult {
    return html`<button type="button" @click=${this.#close}>
        ${this.say("secret_close_anyway")}
      </button>
      <button type="button" class="primary" @click=${this.#goBack}>
        ${this.say("secret_go_back")}
      </button>`;
  }

  readonly #toggle = (): void => {
    this.shown = !this.shown;
    if (this.shown) this.#isTaken = true;
    this.said = this.shown ? "secret_shown" : "secret_hidden";
  };

  readonly #copy = async (): Promise<void> => {
    const secret = this.holder.read();
    if (secret === undefined) return;
    try {
      await navigator.clipboard.writeText(secret);
      this.#noteCopy();
    } catch {
      await this.#offerByHand();
    }
  };

  /** Where the page may not write to the clipboard, the reader may: the browser does it for what is selected. */
  async #offerByHand(): Promise<void> {
    this.shown = true;
    this.#isTaken = true;
    this.said = "secret_copy_by_hand";
    await this.updateComplete;
    this.#select();
  }

  #noteCopy(): void {
    this.#isTaken = true;
    this.copied = true;
    this.said = "secret_copied";
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.copied = false;
    }, copiedMs);
  }

  readonly #select = (): void => {
    const value = this.renderRoot.querySelector("code");
    if (value !== null) getSelection()?.selectAllChildren(value);
  };

  readonly #goBack = async (): Promise<void> => {
    this.guarded = false;
    this.said = undefined;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>(".copy")?.focus();
  };

  readonly #leave = async (): Promise<void> => {
    if (this.guarded) return this.#goBack();
    if (this.#isTaken || this.holder.isEmpty) return this.#close();
    this.#isTaken = true;
    this.guarded = true;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>("footer .primary")?.focus();
  };

  readonly #close = (): void => {
    this.holder.clear();
    this.shown = false;
    this.dispatchEvent(new CustomEvent("close-wanted"));
  };
}

function drawEye(open: boolean): TemplateResult {
  return html`<svg width="20" height="20" viewBox="0 0 20 20" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" aria-hidden="true">
    <path d="M1.75 10S4.75 4.5 10 4.5 18.25 10 18.25 10 15.25 15.5 10 15.5 1.75 10 1.75 10Z" />
    <circle cx="10" cy="10" r="2.5" />
    <path class=${open ? "" : "hidden"} d="M3.5 16.5l13-13" />
  </svg>`;
}
