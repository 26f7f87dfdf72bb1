import {
  type CSSResult,
  css,
  html,
  nothing,
  type PropertyDeclarations,
  type TemplateResult,
} from "lit";
import type { WireContext, WireKind, WireToken, WireZone } from "../manage/client/index.ts";
import { TokenryElement } from "./base-element.ts";
import { Load } from "./load.ts";
import { DIALOG, Modal } from "./modal.ts";
import { entriesOf, type TokenEntries } from "./token-entries.ts";

/** A field that keeps what was entered in `value`. */
type Field<Value> = HTMLElement & { readonly value: Value };

/**
 * The form of a token, in a dialog: a new one's choices, or those of one that is there.
 *
 * Events: `close-wanted`. What saves it closes the dialog itself.
 */
export class TokenForm extends TokenryElement {
  static override properties: PropertyDeclarations = {
    ...TokenryElement.properties,
    heading: { type: String },
    action: { type: String },
    context: { attribute: false },
    rules: { attribute: false },
    token: { attribute: false },
    suggested: { type: String },
    save: { attribute: false },
    entries: { state: true },
    fault: { state: true },
    busy: { state: true },
    failure: { state: true },
  };
  static override styles: CSSResult[] = [
    ...TokenryElement.styles,
    DIALOG,
    css`
      form {
        display: grid;
        gap: 1.25rem;
      }
      details {
        border-top: 1px solid var(--_border);
        padding-top: 0.75rem;
      }
      summary {
        font-weight: 600;
        cursor: pointer;
        border-radius: 4px;
        min-height: 1.75rem;
      }
      .within {
        display: grid;
        gap: 0.75rem;
        padding-top: 0.5rem;
      }
    `,
  ];

  declare heading: string;
  declare action: string;
  declare context: WireContext;
  declare rules: WireKind;
  /** The token as it was when the form opened; `undefined`: a new one. */
  declare token: WireToken | undefined;
  /** A new one's name, to begin with. */
  declare suggested: string | undefined;
  /** Rejects when it could not be saved. */
  declare save: (entries: TokenEntries, before: TokenEntries) => Promise<void>;
  declare protected entries: TokenEntries | undefined;
  declare protected fault: "name" | "network" | undefined;
  declare protected busy: boolean;
  declare protected failure: unknown;
  readonly #modal: Modal;
  #before: TokenEntries | undefined;
  readonly #zones: Load<readonly WireZone[] | undefined>;

  constructor() {
    super();
    this.heading = "";
    this.action = "";
    this.token = undefined;
    this.suggested = undefined;
    this.entries = undefined;
    this.fault = undefined;
    this.busy = false;
    this.failure = undefined;
    this.#modal = new Modal(this, () => this.#close());
    this.#zones = new Load(this, async () => {
      // Only those who manage tokens may list zones; others can write a zone's name.
      if (!this.context.actor.managesTokens) return;
      return (await this.managing.zones()).zones;
    });
  }

  protected override willUpdate(): void {
    if (this.#before !== undefined) return;
    this.#before = entriesOf(this.rules, this.token);
    this.entries = { ...this.#before, name: this.token?.name ?? this.suggested ?? "" };
  }

  protected override render(): TemplateResult {
    return this.#modal.draw({
      heading: this.heading,
      closeLabel: this.say("close"),
      isWide: true,
      content: html`<form id="form" novalidate @submit=${this.#submit}>
          ${this.#drawName()} ${this.#drawExpiry()} ${this.#drawAccess()} ${this.#drawNetwork()}
          ${this.#drawBudgets()}
        </form>`,
      failure: this.failure === undefined ? undefined : this.drawFailure(this.failure),
      actions: html`<button type="button" @click=${this.#close}>${this.say("cancel")}</button>
        <button
          type="submit"
          form="form"
          class="primary"
          aria-disabled=${this.busy ? "true" : "false"}
        >
          ${this.action}
        </button>`,
    });
  }

  #drawName(): TemplateResult {
    const isMissing = this.fault === "name";
    return html`<label class="field">
      <span>${this.say("token_name")}</span>
      <input
        type="text"
        autofocus
        autocomplete="off"
        maxlength="128"
        .value=${this.entries?.name ?? ""}
        aria-required="true"
        aria-invalid=${isMissing ? "true" : "false"}
        aria-describedby="name-hint name-fault"
        @input=${this.#enterName}
      />
      <span id="name-hint" class="hint">${this.say("token_name_hint")}</span>
      <span id="name-fault" class="fault" role="alert">${
        isMissing ? this.say("token_name_missing") : nothing
      }</span>
    </label>`;
  }

  #drawExpiry(): TemplateResult {
    const { expiry } = this.rules;
    return html`<tokenry-expiry-field
      ?keeps=${this.token !== undefined}
      .expiry=${expiry}
      .value=${this.entries?.expiresIn}
      .texts=${this.texts}
      @change=${(event: Event) => this.#enter({ expiresIn: enteredIn<TokenEntries["expiresIn"]>(event) })}
    ></tokenry-expiry-field>`;
  }

  #drawAccess(): TemplateResult | typeof nothing {
    if (this.rules.access !== "granted") return nothing;
    return html`<tokenry-access-field
      .apis=${this.context.apis}
      .value=${this.entries?.access}
      .texts=${this.texts}
      @change=${(event: Event) => this.#enter({ access: enteredIn<TokenEntries["access"]>(event) })}
    ></tokenry-access-field>`;
  }

  #drawNetwork(): TemplateResult {
    return html`<details ?open=${this.#opensAll || this.#before?.network != null}>
      <summary>${this.say("token_network")}</summary>
      <div class="within">
        <p class="hint">${this.say("token_network_hint")}</p>
        <tokenry-network-field
          .zones=${this.#zones.value}
          .value=${this.entries?.network ?? null}
          .texts=${this.texts}
          @change=${(event: Event) => this.#enter({ network: enteredIn<TokenEntries["network"]>(event) })}
        ></tokenry-network-field>
        <span class="fault" role="alert">${
          this.fault === "network" ? this.say("token_network_fault") : nothing
        }</span>
      </div>
    </details>`;
  }

  #drawBudgets(): TemplateResult {
    const { budgetPercent } = this.rules;
    const before = Object.values(this.#before?.budgets ?? {});
    const most = this.context.actor.managesTokens ? 100 : Math.max(budgetPercent, ...before);
    return html`<details ?open=${this.#opensAll || before.length > 0}>
      <summary>${this.say("token_budgets")}</summary>
      <div class="within">
        <tokenry-budgets-field
          .apis=${this.context.apis}
          .value=${this.entries?.budgets}
          .standard=${budgetPercent}
          .most=${most}
          .texts=${this.texts}
          @change=${(event: Event) => this.#enter({ budgets: enteredIn<TokenEntries["budgets"]>(event) })}
        ></tokenry-budgets-field>
      </div>
    </details>`;
  }

  /** Where levels are the main choice, the rest is there for those who open it. */
  get #opensAll(): boolean {
    return this.rules.access === "owner";
  }

  readonly #enterName = (event: Event): void => {
    if (event.currentTarget instanceof HTMLInputElement)
      this.#enter({ name: event.currentTarget.value });
    if (this.fault === "name") this.fault = undefined;
  };

  #enter(entry: Partial<TokenEntries>): void {
    if (this.entries !== undefined) this.entries = { ...this.entries, ...entry };
  }

  readonly #submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { entries } = this;
    if (this.busy || entries === undefined || this.#before === undefined) return;
    this.fault = this.#faultOf(entries);
    if (this.fault !== undefined) return this.#showFault();
    this.busy = true;
    this.failure = undefined;
    try {
      await this.save(entries, this.#before);
    } catch (error) {
      this.failure = error;
    } finally {
      this.busy = false;
    }
  };

  #faultOf({ name }: TokenEntries): "name" | "network" | undefined {
    if (name.trim() === "") return "name";
    const network = this.renderRoot.querySelector<HTMLElement & { readonly isValid: boolean }>(
      "tokenry-network-field",
    );
    return network?.isValid === false ? "network" : undefined;
  }

  #showFault(): void {
    if (this.fault === "name") {
      this.renderRoot.querySelector("input")?.focus();
      return;
    }
    const network = this.renderRoot.querySelector("tokenry-network-field");
    const details = network?.closest("details");
    if (details != null) details.open = true;
    network?.scrollIntoView({ block: "nearest" });
  }

  readonly #close = (): void => {
    if (!this.busy) this.dispatchEvent(new CustomEvent("close-wanted"));
  };
}

/** What a field holds now. The cast: each field says in its class what its `value` is, and a listener is on one field. */
function enteredIn<Value>(event: Event): Value {
  return (event.currentTarget as Field<Value>).value;
}
