import { css, html, type PropertyDeclarations, type TemplateResult } from "lit";
import type { WireApi } from "../manage/client/index.ts";
import { budgetMeaning, percentOf } from "./budget-words.ts";
import { TokenryField } from "./field-element.ts";

/** How much of each API's maximum rate a token may spend. */
export class TokenryBudgetsField extends TokenryField {
  static override properties: PropertyDeclarations = {
    apis: { attribute: false },
    value: { attribute: false },
    standard: { type: Number },
    most: { type: Number },
  };
  static override styles = [
    ...TokenryField.styles,
    css`
      .budgets {
        display: grid;
        gap: 0.875rem;
      }
      .budget {
        display: grid;
        grid-template-columns: 1fr auto;
        gap: 0.25rem 1rem;
        align-items: center;
      }
      .budget + .budget {
        padding-top: 0.875rem;
        border-top: 1px solid var(--_border);
      }
      .name {
        grid-column: 1 / -1;
        font-weight: 550;
        overflow-wrap: anywhere;
      }
      .own {
        min-height: 1.75rem;
        padding: 0 0.375rem;
        margin-inline-end: -0.375rem;
        font-size: inherit;
      }
      input[type="range"] {
        width: 100%;
        min-height: 1.75rem;
        margin: 0;
      }
      .number {
        display: flex;
        align-items: center;
        gap: 0.375rem;
      }
      .number input[type="number"] {
        width: 4.75rem;
        text-align: end;
        font-variant-numeric: tabular-nums;
      }
      .meaning {
        grid-column: 1 / -1;
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: 0 1rem;
        min-height: 1.75rem;
      }
    `,
  ];

  declare apis: Readonly<Record<string, WireApi>>;
  /** Percentages of their own, by API; an API without one has the standard. */
  declare value: Record<string, number>;
  /** The percentage of an API without one of its own. */
  declare standard: number;
  /** The highest that may be chosen. What is higher already may stay. */
  declare most: number;

  constructor() {
    super();
    this.apis = {};
    this.value = {};
    this.standard = 50;
    this.most = 100;
  }

  protected override render(): TemplateResult {
    const apis = Object.entries(this.apis);
    if (apis.length === 0) return html`<p class="muted">${this.say("no_apis")}</p>`;
    return html`<div class="budgets">${apis.map(([name, api]) => this.#drawApi(name, api))}</div>`;
  }

  #drawApi(name: string, api: WireApi): TemplateResult {
    const own = this.value[name];
    const percent = own ?? this.standard;
    const most = Math.max(this.most, percent);
    const meaning = budgetMeaning(api, percent, this.saying);
    const id = `meaning-${Object.keys(this.apis).indexOf(name)}`;
    return html`<div class="budget" role="group" aria-label=${name}>
      <span class="name">${name}</span>
      <input
        type="range"
        min="1"
        max=${most}
        .value=${String(percent)}
        aria-label=${this.say("budget_slider", { api: name })}
        aria-valuetext=${meaning}
        @input=${(event: Event) => this.#read(name, event, most)}
      />
      <span class="number">
        <input
          type="number"
          min="1"
          max=${most}
          .value=${String(percent)}
          aria-label=${this.say("budget_number", { api: name })}
          aria-describedby=${id}
          @change=${(event: Event) => this.#read(name, event, most)}
        />
        <span aria-hidden="true">%</span>
      </span>
      <span class="meaning hint">
        <span id=${id}>${meaning}</span>
        ${this.#drawStandard(name, own)}
      </span>
    </div>`;
  }

  #drawStandard(api: string, own: number | undefined): TemplateResult {
    if (own === undefined) return html`<span>${this.say("budget_is_standard")}</span>`;
    return html`<button
      type="button"
      class="quiet own"
      aria-label=${this.say("budget_standard_for", { api })}
      @click=${() => this.#useStandard(api)}
    >
      ${this.say("budget_standard")}
    </button>`;
  }

  #read(api: string, { target }: Event, most: number): void {
    if (!(target instanceof HTMLInputElement)) return;
    const percent = percentOf(target.value, most) ?? this.value[api] ?? this.standard;
    // What was typed may have been taken for another number, which the next drawing would not see as a change.
    target.value = String(percent);
    if (percent === (this.value[api] ?? this.standard)) return;
    this.value = { ...this.value, [api]: percent };
    this.changed();
  }

  #useStandard(api: string): void {
    const { [api]: _own, ...others } = this.value;
    this.value = others;
    this.changed();
    // The button is gone: the slider has what it did.
    void this.updateComplete.then(() => this.#sliderOf(api)?.focus());
  }

  #sliderOf(api: string): HTMLElement | undefined {
    const sliders = this.renderRoot.querySelectorAll<HTMLElement>('input[type="range"]');
    return sliders[Object.keys(this.apis).indexOf(api)];
  }
}
