import { html, nothing, type PropertyDeclarations, type TemplateResult } from "lit";
import type { WireDuration, WireKind } from "../manage/client/index.ts";
import { expiryOptions, expirySentence, optionOf } from "./expiry-options.ts";
import { TokenryField } from "./field-element.ts";

/** When a token ends: a choice where its kind has one, a sentence otherwise. */
export class TokenryExpiryField extends TokenryField {
  static override properties: PropertyDeclarations = {
    expiry: { attribute: false },
    value: { attribute: false },
  };

  declare expiry: WireKind["expiry"];
  /** What was chosen. Where there is nothing at first the token has an end already: it stays unless another is chosen. */
  declare value: WireDuration | undefined;
  #mayKeep = false;

  constructor() {
    super();
    this.expiry = { type: "never" };
    this.value = undefined;
  }

  protected override willUpdate(): void {
    if (this.value === undefined) this.#mayKeep = true;
  }

  protected override render(): TemplateResult {
    const { expiry } = this;
    return expiry.type === "choice"
      ? this.#drawChoice(expiry)
      : html`<p class="hint">${expirySentence(expiry, this.saying)}</p>`;
  }

  #drawChoice(expiry: Extract<WireKind["expiry"], { type: "choice" }>): TemplateResult {
    const { label, options } = expiryOptions(expiry.options, this.saying.locale);
    const selected = this.value === undefined ? -1 : optionOf(expiry.options, this.value);
    return html`<label class="field">
      <span>${this.say(label)}</span>
      <select .value=${String(selected)} @change=${this.#choose}>
        ${
          this.#mayKeep
            ? html`<option value="-1" ?selected=${selected === -1}>${this.say("expiry_keep")}</option>`
            : nothing
        }
        ${options.map(
          (option, index) =>
            html`<option value=${index} ?selected=${selected === index}>${option.label}</option>`,
        )}
      </select>
    </label>`;
  }

  readonly #choose = ({ target }: Event): void => {
    if (!(target instanceof HTMLSelectElement) || this.expiry.type !== "choice") return;
    this.value = this.expiry.options[Number(target.value)];
    this.changed();
  };
}
