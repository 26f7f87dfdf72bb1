import { type CSSResult, LitElement, type PropertyDeclarations } from "lit";
import { LIVE } from "./live-style.ts";
import { localeOf } from "./locale.ts";
import { type Saying, say, type TextName, type Texts, type TextValues } from "./texts.ts";
import { BUTTONS, FIELDS, THEME } from "./theme.ts";

/** What every field has: a value that its subclass declares, texts, and a `change` event after each change. */
export abstract class TokenryField extends LitElement {
  static override properties: PropertyDeclarations = { texts: { attribute: false } };
  static override styles: CSSResult[] = [THEME, BUTTONS, FIELDS, LIVE];

  /** Texts in place of the English ones, all or some. */
  declare texts: Texts;

  constructor() {
    super();
    this.texts = {};
  }

  /** How texts are said here. */
  protected get saying(): Saying & { readonly texts: Texts } {
    return { texts: this.texts, locale: localeOf(this) };
  }

  protected say(name: TextName, values: TextValues = {}): string {
    return say(name, { ...this.saying, values });
  }

  /** Tells whoever holds the field that `value` is another now. */
  protected changed(): void {
    this.requestUpdate();
    this.dispatchEvent(new CustomEvent("change", { bubbles: true, composed: true }));
  }
}
