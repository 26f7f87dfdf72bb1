import { type CSSResult, html, nothing, type PropertyDeclarations, type TemplateResult } from "lit";
import { TokenryElement } from "./base-element.ts";
import { DIALOG, Modal } from "./modal.ts";

/**
 * Asks before something is done, does it, and says why it could not be done: the dialog stays open then.
 *
 * Events: `close-wanted`. What is done closes the dialog itself.
 */
export class ConfirmDialog extends TokenryElement {
  static override properties: PropertyDeclarations = {
    ...TokenryElement.properties,
    heading: { type: String },
    content: { attribute: false },
    action: { type: String },
    refusal: { type: String },
    expected: { type: String },
    ends: { type: Boolean },
    act: { attribute: false },
    isOver: { attribute: false },
    typed: { state: true },
    fault: { state: true },
    busy: { state: true },
    failure: { state: true },
  };
  static override styles: CSSResult[] = [...TokenryElement.styles, DIALOG];

  declare heading: string;
  declare content: TemplateResult;
  /** What the button that does it says. */
  declare action: string;
  /** What the other button says. Default "Cancel". */
  declare refusal: string | undefined;
  /** What must be typed before it is done. */
  declare expected: string | undefined;
  /** Whether it ends something for good. */
  declare ends: boolean;
  /** Rejects when it could not be done. */
  declare act: () => Promise<void>;
  /** Whether a failure leaves nothing to be tried again, or to be turned down. */
  declare isOver: (failure: unknown) => boolean;
  declare protected typed: string;
  declare protected fault: boolean;
  declare protected busy: boolean;
  declare protected failure: unknown;
  readonly #modal: Modal;

  constructor() {
    super();
    this.heading = "";
    this.content = html``;
    this.action = "";
    this.refusal = undefined;
    this.expected = undefined;
    this.ends = false;
    this.act = async () => {};
    this.isOver = () => false;
    this.typed = "";
    this.fault = false;
    this.busy = false;
    this.failure = undefined;
    this.#modal = new Modal(this, () => this.#close());
  }

  protected override render(): TemplateResult {
    return this.#modal.draw({
      heading: this.heading,
      closeLabel: this.say("close"),
      content: html`${this.content}
        <form id="form" novalidate @submit=${this.#submit}>${this.#drawTyping()}</form>`,
      failure: this.failure === undefined ? undefined : this.drawFailure(this.failure),
      actions: this.isOver(this.failure) ? this.#drawClose() : this.#drawChoice(),
    });
  }

  #drawClose(): TemplateResult {
    return html`<button type="button" class="primary" @click=${() => this.#close()}>
      ${this.say("close")}
    </button>`;
  }

  #drawChoice(): TemplateResult {
    return html`<button
          type="button"
          ?autofocus=${this.expected === undefined}
          @click=${() => this.#close(true)}
        >
          ${this.refusal ?? this.say("cancel")}
        </button>
        <button
          type="submit"
          form="form"
          class=${this.ends ? "danger" : "primary"}
          aria-disabled=${this.busy ? "true" : "false"}
        >
          ${this.action}
        </button>`;
  }

  #drawTyping(): TemplateResult | typeof nothing {
    if (this.expected === undefined) return nothing;
    return html`<label class="field">
      <span>${this.say("confirm_type", { text: this.expected })}</span>
      <input
        type="text"
        autofocus
        autocomplete="off"
        spellcheck="false"
        .value=${this.typed}
        aria-invalid=${this.fault ? "true" : "false"}
        aria-describedby="fault"
        @input=${this.#type}
      />
      <span id="fault" class="fault" role="alert">${
        this.fault ? this.say("confirm_type_fault", { text: this.expected }) : nothing
      }</span>
    </label>`;
  }

  readonly #type = (event: Event & { readonly currentTarget: EventTarget | null }): void => {
    if (event.currentTarget instanceof HTMLInputElement) this.typed = event.currentTarget.value;
    this.fault = false;
  };

  readonly #submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (this.busy) return;
    this.fault = this.expected !== undefined && !isSame(this.typed, this.expected);
    if (this.fault) return this.renderRoot.querySelector("input")?.focus();
    this.busy = true;
    this.failure = undefined;
    try {
      await this.act();
    } catch (error) {
      this.failure = error;
    } finally {
      this.busy = false;
    }
  };

  #close(refused = false): void {
    if (this.busy) return;
    this.dispatchEvent(new CustomEvent("close-wanted", { detail: { refused } }));
  }
}

/** The same to whoever reads it: blanks and the parts of letters are written in several ways. */
function isSame(typed: string, expected: string): boolean {
  const read = (text: string): string => text.normalize("NFKC").replace(/\s+/g, " ").trim();
  return read(typed) === read(expected);
}
