import { css, html, nothing, type PropertyDeclarations, type TemplateResult } from "lit";
import type { WireZone } from "../manage/client/index.ts";
import { TokenryField } from "./field-element.ts";
import {
  type CheckedEntries,
  checkEntries,
  type FaultyEntry,
  faultWords,
} from "./network-entry.ts";

const MOST = 1000;

/** One list of a network rule: what is on it as chips, a field to add to it, and the account's zones to pick. */
export class TokenryEntriesField extends TokenryField {
  static override properties: PropertyDeclarations = {
    heading: { type: String },
    zones: { attribute: false },
    value: { attribute: false },
    isMissing: { attribute: false },
    faults: { state: true },
    isTooLong: { state: true },
    said: { state: true },
  };
  static override styles = [
    ...TokenryField.styles,
    css`
      fieldset {
        display: grid;
        gap: 0.625rem;
        min-width: 0;
      }
      legend {
        margin-bottom: 0.375rem;
      }
      .add {
        display: flex;
        gap: 0.5rem;
      }
      .add input {
        flex: 1;
        min-width: 0;
      }
      .chips {
        display: flex;
        flex-wrap: wrap;
        gap: 0.375rem;
        max-height: 12rem;
        overflow: auto;
        padding: 2px;
      }
      .chips li {
        display: flex;
        align-items: center;
        max-width: 100%;
        padding-inline-start: 0.625rem;
        border: 1px solid var(--_border);
        border-radius: 999px;
        background: var(--_raised);
        overflow-wrap: anywhere;
        line-height: 1.3;
      }
      .chips button {
        width: 1.75rem;
        min-height: 1.75rem;
        border-radius: 999px;
        color: var(--_muted);
      }
      .zones {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(12rem, 100%), 1fr));
        gap: 0.125rem 1.25rem;
        max-height: 14rem;
        overflow: auto;
      }
      .zones input {
        flex: none;
      }
      .zones label {
        display: flex;
        align-items: center;
        gap: 0.5rem;
        min-height: 1.75rem;
        overflow-wrap: anywhere;
      }
    `,
  ];

  declare heading: string;
  declare zones: readonly WireZone[] | undefined;
  declare value: readonly string[];
  /** Says that an entry is needed. */
  declare isMissing: boolean;
  declare private faults: readonly FaultyEntry[];
  declare private isTooLong: boolean;
  declare private said: string;

  constructor() {
    super();
    this.heading = "";
    this.zones = undefined;
    this.value = [];
    this.isMissing = false;
    this.faults = [];
    this.isTooLong = false;
    this.said = "";
  }

  /** Whether nothing stands in the field that is not on the list. */
  get isSettled(): boolean {
    return this.#draft === "" && this.faults.length === 0;
  }

  get #input(): HTMLInputElement | null {
    return this.renderRoot.querySelector<HTMLInputElement>("#entry");
  }

  get #draft(): string {
    return this.#input?.value.trim() ?? "";
  }

  /** Puts the focus where an entry is typed. */
  override focus(): void {
    this.#input?.focus();
  }

  protected override render(): TemplateResult {
    const hint = this.zones === undefined ? "entries_hint_zone" : "entries_hint";
    const isFaulty = this.faults.length > 0 || this.isTooLong || this.isMissing;
    return html`<fieldset>
      <legend>${this.heading}</legend>
      ${this.#drawZones()} ${this.#drawChips()}
      <div class="add">
        <input
          id="entry"
          class="mono"
          type="text"
          autocomplete="off"
          autocapitalize="off"
          spellcheck="false"
          aria-label=${this.heading}
          aria-describedby="faults hint"
          aria-invalid=${isFaulty}
          @keydown=${this.#enter}
          @input=${this.#type}
          @change=${this.#add}
          @paste=${this.#paste}
        />
        <button type="button" @click=${this.#add}>${this.say("entry_add")}</button>
      </div>
      <div id="faults" class="fault" role="alert">${this.#drawFaults()}</div>
      <p id="hint" class="hint">${this.say(hint)}</p>
      <span class="hidden" role="status">${this.said}</span>
    </fieldset>`;
  }

  #drawFaults(): TemplateResult {
    const said = this.faults.map((fault) => faultWords(fault, this.saying));
    if (this.isTooLong) said.push(this.say("entries_too_many", { most: MOST }));
    if (this.isMissing && said.length === 0) said.push(this.say("entries_none"));
    return html`${said.map((fault) => html`<p>${fault}</p>`)}`;
  }

  #drawZones(): TemplateResult | typeof nothing {
    if (this.zones === undefined || this.zones.length === 0) return nothing;
    return html`<div class="zones" role="group" aria-label=${`${this.heading}: ${this.say("zones")}`}>
      ${this.zones.map(({ name, blocked }) => {
        const entry = `zone:${name}`;
        const isOn = this.value.includes(entry);
        return html`<label>
          <input
            type="checkbox"
            .checked=${isOn}
            ?disabled=${blocked && !isOn}
            @change=${() => (isOn ? this.#set(this.value.filter((one) => one !== entry)) : this.#set([...this.value, entry]))}
          />
          <span class=${blocked ? "muted" : ""}
            >${blocked ? this.say("zone_blocked_choice", { zone: name }) : name}</span
          >
        </label>`;
      })}
    </div>`;
  }

  #drawChips(): TemplateResult | typeof nothing {
    const chips = this.value.filter((entry) => !this.#isPicked(entry));
    if (chips.length === 0) return nothing;
    return html`<ul class="chips">
      ${chips.map(
        (entry, index) =>
          html`<li class="mono">
            <bdi>${entry}</bdi>
            <button
              type="button"
              class="icon"
              aria-label=${this.say("entry_remove", { entry })}
              @click=${() => this.#remove(entry, index)}
            >
              <svg width="10" height="10" viewBox="0 0 16 16" aria-hidden="true">
                <path d="M3 3l10 10M13 3L3 13" stroke="currentColor" stroke-width="2.25" stroke-linecap="round" />
              </svg>
            </button>
          </li>`,
      )}
    </ul>`;
  }

  /** A zone that has a box of its own needs no chip. */
  #isPicked(entry: string): boolean {
    return this.zones?.some(({ name }) => entry === `zone:${name}`) ?? false;
  }

  readonly #enter = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    this.#add();
  };

  /** A fault is taken back as soon as it is mended, and said only when the entry is finished: by a comma, a blank, Enter or leaving. */
  readonly #type = (): void => {
    const draft = this.#input?.value ?? "";
    if (/[\s,;]$/.test(draft) && this.#draft !== "") this.#add();
    else if (this.faults.length > 0) this.faults = this.#check(draft).faults;
    this.isTooLong = false;
  };

  readonly #paste = (): void => {
    // Once the browser has put the text in: several entries are added at once, one can still be changed.
    queueMicrotask(() => {
      if (/[\s,;]/.test(this.#draft)) this.#add();
    });
  };

  readonly #add = (): void => {
    const { entries, faults } = this.#check(this.#draft);
    const value = [...new Set([...this.value, ...entries])];
    this.isTooLong = value.length > MOST;
    this.faults = faults;
    if (this.isTooLong) return;
    if (this.#input !== null) this.#input.value = faults.map(({ entry }) => entry).join(" ");
    if (entries.length === 0) return;
    this.said = this.say("entry_added", { count: entries.length });
    this.#set(value);
  };

  #check(draft: string): CheckedEntries {
    return checkEntries(draft, this.zones);
  }

  #remove(entry: string, index: number): void {
    this.#set(this.value.filter((one) => one !== entry));
    this.said = this.say("entry_removed", { entry });
    void this.updateComplete.then(() => {
      const buttons = this.renderRoot.querySelectorAll<HTMLElement>(".chips button");
      (buttons[index] ?? buttons[index - 1] ?? this.#input)?.focus();
    });
  }

  #set(value: readonly string[]): void {
    this.value = value;
    this.changed();
  }
}
