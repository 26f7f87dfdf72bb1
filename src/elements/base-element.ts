import { html, LitElement, nothing, type PropertyDeclarations, type TemplateResult } from "lit";
import {
  type ManagementClient,
  ManagementError,
  managementClient,
} from "../manage/client/index.ts";
import type { TokenryEventDetails } from "./event-details.ts";
import type { Load } from "./load.ts";
import { localeOf } from "./locale.ts";
import { SaidError } from "./said-error.ts";
import { type Saying, say, TEXTS, type TextName, type Texts, type TextValues } from "./texts.ts";
import { BUTTONS, FIELDS, NOTES, THEME } from "./theme.ts";

/** What every screen has: the way to the API, its texts and its looks. */
export abstract class TokenryElement extends LitElement {
  static override properties: PropertyDeclarations = {
    api: { type: String },
    texts: { attribute: false },
    client: { attribute: false },
  };
  static override styles = [THEME, BUTTONS, FIELDS, NOTES];

  /** The path or URL of the management API. Default `"/tokenry"`. */
  declare api: string;
  /** Texts in place of the English ones, all or some. */
  declare texts: Texts;
  /** In place of `api`: a client that is there already. */
  declare client: ManagementClient | undefined;
  #told: { readonly error: unknown; readonly isSaid: boolean } | undefined;
  #own: { readonly api: string; readonly client: ManagementClient } | undefined;

  constructor() {
    super();
    this.api = "/tokenry";
    this.texts = {};
    this.client = undefined;
  }

  /** The way to the API. */
  protected get managing(): ManagementClient {
    if (this.client !== undefined) return this.client;
    // An attribute that was taken away is `null`.
    const api = this.api ?? "/tokenry";
    if (this.#own?.api !== api) this.#own = { api, client: managementClient({ baseUrl: api }) };
    return this.#own.client;
  }

  /** The language of texts and dates: the `lang` of the element or of what it stands in. */
  protected get locale(): string | undefined {
    return localeOf(this);
  }

  /** How texts are said here, for what is no element. */
  protected get saying(): Saying & { readonly texts: Texts } {
    return { texts: this.texts, locale: this.locale };
  }

  protected say(name: TextName, values: TextValues = {}): string {
    return say(name, { ...this.saying, values });
  }

  /** What to say of a failure. Who listens for `tokenry-signed-out` and `tokenry-step-up-required` can have the user sign in or confirm. */
  protected sayFailure(error: unknown): string {
    if (error instanceof SaidError) return this.say(error.text);
    const code = error instanceof ManagementError ? error.code : "unexpected";
    if (isSignedOut(error)) this.#tellOnce(error, "tokenry-signed-out");
    if (code === "step_up_required") this.#tellOnce(error, "tokenry-step-up-required");
    // What was wrong with an input is said by the server only.
    if (error instanceof ManagementError && code === "invalid_input")
      return [...new Set([error.message, ...error.errors.map(({ message }) => message)])].join(" ");
    return this.say(isTextName(code) ? code : "unexpected");
  }

  /** Tells once of each failure, however often it is drawn; `true`: the page says it itself. */
  #tellOnce(error: unknown, type: keyof TokenryEventDetails): boolean {
    if (this.#told !== undefined && this.#told.error === error) return this.#told.isSaid;
    const told = { bubbles: true, composed: true, cancelable: true };
    const isSaid = !this.dispatchEvent(new CustomEvent(type, told));
    this.#told = { error, isSaid };
    return isSaid;
  }

  /** Tells the page what happened. No detail holds a secret. */
  protected tell<Type extends keyof TokenryEventDetails>(
    type: Type,
    detail: TokenryEventDetails[Type],
  ): void {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }

  /** Draws what was fetched, or why it is not there. */
  protected drawLoaded<Value>(
    load: Load<Value>,
    draw: (value: Value) => TemplateResult,
  ): TemplateResult {
    const { current } = load;
    switch (current.state) {
      case "loading":
        return this.drawLoading();
      case "ready":
        // One template whether or not something failed: what is drawn stays the same elements.
        return html`${
          current.error === undefined
            ? nothing
            : this.drawFailure(current.error, () => void load.again())
        }${draw(current.value)}`;
      case "failed":
        return this.drawFailure(current.error, () => void load.restart());
    }
  }

  protected drawLoading(): TemplateResult {
    return html`<div class="bones" role="status" part="loading">
      <span class="hidden">${this.say("loading")}</span>
      <div></div>
      <div></div>
    </div>`;
  }

  /** Says what failed, and how to try again where that is of use. */
  protected drawFailure(error: unknown, again?: () => void): TemplateResult {
    // A dialog, which has no such button, is over what the page says.
    if (again !== undefined && isSignedOut(error)) {
      if (this.#tellOnce(error, "tokenry-signed-out")) return html``;
    }
    return html`<div class="note danger" role="alert" part="error">
      <p>${this.sayFailure(error)}</p>
      ${again === undefined ? nothing : html`<button type="button" @click=${again}>${this.say("retry")}</button>`}
    </div>`;
  }
}

/** Whether the session has ended. */
export function isSignedOut(error: unknown): boolean {
  return error instanceof ManagementError && error.code === "signed_out";
}

function isTextName(code: string): code is TextName {
  return Object.hasOwn(TEXTS, code);
}
