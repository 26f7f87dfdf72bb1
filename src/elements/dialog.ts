import { html, LitElement, type PropertyDeclarations, type TemplateResult } from "lit";
import { DIALOG, Modal } from "./modal.ts";
import { BUTTONS, THEME } from "./theme.ts";

/**
 * A modal dialog whose content is slotted: it is there as long as it is open. Asks to be closed by the event `close-wanted` (Escape, the
 * cross); what opened it decides. The focus returns to where it was.
 *
 * Slots: the content, and `actions` for its buttons.
 */
export class TokenryDialog extends LitElement {
  static override properties: PropertyDeclarations = {
    heading: { type: String },
    closeLabel: { attribute: false },
    wide: { type: Boolean },
  };
  static override styles = [THEME, BUTTONS, DIALOG];

  declare heading: string;
  declare closeLabel: string;
  declare wide: boolean;
  readonly #modal: Modal;

  constructor() {
    super();
    this.heading = "";
    this.closeLabel = "Close";
    this.wide = false;
    this.#modal = new Modal(this, () => this.dispatchEvent(new CustomEvent("close-wanted")));
  }

  protected override render(): TemplateResult {
    return this.#modal.draw({
      heading: this.heading,
      closeLabel: this.closeLabel,
      isWide: this.wide,
      content: html`<slot></slot>`,
      actions: html`<slot name="actions"></slot>`,
    });
  }
}
