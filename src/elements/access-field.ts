import { css, html, type PropertyDeclarations, type TemplateResult } from "lit";
import type { WireApi, WireLevel } from "../manage/client/index.ts";
import {
  isSameLevel,
  LEVELS,
  type LevelWord,
  levelForAll,
  levelWords,
  withLevel,
} from "./access-levels.ts";
import { TokenryField } from "./field-element.ts";

/** What a token may do: a level for each API, or one for all. */
export class TokenryAccessField extends TokenryField {
  static override properties: PropertyDeclarations = {
    apis: { attribute: false },
    value: { attribute: false },
    chosen: { state: true },
    isForAll: { state: true },
  };
  static override styles = [
    ...TokenryField.styles,
    css`
      :host {
        display: grid;
        gap: 1rem;
      }
      .all {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        gap: 0.75rem 1.25rem;
        padding: 0.75rem 0.875rem;
        border-radius: calc(var(--_radius) * 0.8);
        background: var(--_raised);
      }
      .all .field {
        flex: 1 1 11rem;
      }
      .check {
        min-height: 2.25rem;
      }
      table {
        width: 100%;
        border-collapse: collapse;
      }
      th {
        text-align: start;
        font-weight: 550;
        overflow-wrap: anywhere;
      }
      thead th {
        padding-block-end: 0.375rem;
        color: var(--_muted);
        font-size: 0.875rem;
      }
      tbody th {
        line-height: 1.75rem;
        width: 22%;
        padding-inline-end: 1rem;
      }
      tbody :is(th, td) {
        padding-block: 0.5rem;
        border-top: 1px solid var(--_border);
        vertical-align: top;
      }
      .levels {
        display: flex;
        flex-wrap: wrap;
        gap: 0.25rem 1.25rem;
      }
      label:has(input[type="radio"], input[type="checkbox"]) {
        display: flex;
        align-items: center;
        gap: 0.5rem;
        min-height: 1.75rem;
        line-height: 1.3;
        cursor: pointer;
      }
      label input {
        flex: none;
      }
      @container (max-width: 32rem) {
        table,
        tbody,
        tr,
        tbody :is(th, td) {
          display: block;
          width: auto;
        }
        thead {
          display: none;
        }
        tr {
          padding-block: 0.625rem;
          border-top: 1px solid var(--_border);
        }
        tbody :is(th, td) {
          padding-block: 0.125rem;
          border: 0;
        }
      }
    `,
  ];

  declare apis: Readonly<Record<string, WireApi>>;
  /** The level of each API. An API without one has none. */
  declare value: Record<string, WireLevel>;
  declare private chosen: LevelWord | undefined;
  declare private isForAll: boolean;
  /** Lists of methods that were there at first: they can be gone back to. */
  readonly #lists = new Map<string, readonly string[]>();

  constructor() {
    super();
    this.apis = {};
    this.value = {};
    this.chosen = undefined;
    this.isForAll = false;
  }

  protected override willUpdate(): void {
    for (const [api, level] of Object.entries(this.value))
      if (typeof level !== "string") this.#lists.set(api, level);
  }

  protected override render(): TemplateResult {
    const apis = Object.entries(this.apis);
    if (apis.length === 0) return html`<p class="muted">${this.say("no_apis")}</p>`;
    return html`${this.#drawForAll()}
      <table>
        <thead>
          <tr>
            <th scope="col">${this.say("api")}</th>
            <th scope="col">${this.say("access")}</th>
          </tr>
        </thead>
        <tbody>
          ${apis.map(([name, api]) => this.#drawApi(name, api))}
        </tbody>
      </table>`;
  }

  #drawForAll(): TemplateResult {
    return html`<div class="all">
      <label class="field">
        <span>${this.say("access_level")}</span>
        <select @change=${this.#choose}>
          <option value="" ?selected=${this.chosen === undefined}>${this.say("access_level_choose")}</option>
          ${LEVELS.map(
            (level) =>
              html`<option value=${level} ?selected=${this.chosen === level}>
                ${levelWords(level, undefined, this.saying)}
              </option>`,
          )}
        </select>
      </label>
      <label class="check">
        <input type="checkbox" .checked=${this.isForAll} @change=${this.#toggleForAll} />
        ${this.say("apply_to_all")}
      </label>
    </div>`;
  }

  #drawApi(name: string, { methods }: WireApi): TemplateResult {
    const present = this.value[name] ?? "none";
    const list = this.#lists.get(name);
    const levels: WireLevel[] = [...LEVELS, ...(list === undefined ? [] : [[...list]])];
    return html`<tr>
      <th scope="row">${name}</th>
      <td>
        <div class="levels" role="radiogroup" aria-label=${`${this.say("access")}: ${name}`}>
          ${levels.map(
            (level) =>
              html`<label>
                <input
                  type="radio"
                  name=${`level-${name}`}
                  .checked=${isSameLevel(level, present)}
                  @change=${() => this.#setLevel(name, level)}
                />
                ${levelWords(level, methods, this.saying)}
              </label>`,
          )}
        </div>
      </td>
    </tr>`;
  }

  #setLevel(api: string, level: WireLevel): void {
    this.value = withLevel(this.value, this.apis, [api, level]);
    if (this.chosen !== level) this.isForAll = false;
    this.changed();
  }

  readonly #choose = ({ target }: Event): void => {
    if (!(target instanceof HTMLSelectElement)) return;
    this.chosen = LEVELS.find((level) => level === target.value);
    // Who chooses a level before there is any means it for something.
    if (Object.values(this.value).every((level) => level === "none")) this.isForAll = true;
    this.#applyToAll();
  };

  readonly #toggleForAll = ({ target }: Event): void => {
    this.isForAll = target instanceof HTMLInputElement && target.checked;
    this.#applyToAll();
  };

  #applyToAll(): void {
    if (!this.isForAll || this.chosen === undefined) return;
    this.value = levelForAll(this.apis, this.chosen);
    this.changed();
  }
}
