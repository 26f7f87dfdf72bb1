import { css, html, type PropertyDeclarations, type TemplateResult } from "lit";
import type { WireNetwork, WireZone } from "../manage/client/index.ts";
import { TokenryEntriesField } from "./entries-field.ts";
import { TokenryField } from "./field-element.ts";
import { listsOf, modeOf, type NetworkList, type NetworkMode, networkOf } from "./network-entry.ts";

const MODES = ["any", "include", "exclude", "both"] as const satisfies NetworkMode[];

/** From where a token works: from anywhere, only from some places, or from all but some. */
export class TokenryNetworkField extends TokenryField {
  static override properties: PropertyDeclarations = {
    zones: { attribute: false },
    value: { attribute: false },
    isChecked: { state: true },
  };
  static override styles = [
    ...TokenryField.styles,
    css`
      :host,
      .list {
        display: grid;
        gap: 1rem;
      }
      .modes {
        display: flex;
        flex-wrap: wrap;
        gap: 0.125rem 1.25rem;
      }
      legend {
        margin-bottom: 0.375rem;
      }
      label {
        display: flex;
        align-items: center;
        gap: 0.5rem;
        min-height: 1.75rem;
        cursor: pointer;
      }
      .list {
        gap: 0.5rem;
        padding-inline-start: 0.875rem;
        border-inline-start: 3px solid var(--_border);
      }
    `,
  ];

  /** The account's zones; absent where the user may not list them: then their names can be typed. */
  declare zones: readonly WireZone[] | undefined;
  /** `null`: from anywhere. A list that is to be filled still is there, empty. */
  declare value: WireNetwork | null;
  declare private isChecked: boolean;
  /** What was on a list before it was put out of force: a change of mind loses nothing. */
  readonly #kept: Record<NetworkList, readonly string[]> = { include: [], exclude: [] };

  constructor() {
    super();
    this.zones = undefined;
    this.value = null;
    this.isChecked = false;
  }

  /** Whether each list has an entry, and nothing is typed that is not on it. Asking shows what is missing. */
  get isValid(): boolean {
    this.isChecked = true;
    const fields = [...this.renderRoot.querySelectorAll("tokenry-entries-field")];
    return fields.every(
      (field) => field instanceof TokenryEntriesField && field.isSettled && field.value.length > 0,
    );
  }

  protected override willUpdate(): void {
    for (const list of listsOf(modeOf(this.value))) this.#kept[list] = this.value?.[list] ?? [];
  }

  protected override render(): TemplateResult {
    const mode = modeOf(this.value);
    return html`<fieldset>
        <legend>${this.say("network")}</legend>
        <div class="modes">
          ${MODES.map(
            (each) =>
              html`<label>
                <input
                  type="radio"
                  name="mode"
                  .checked=${each === mode}
                  @change=${() => this.#set(networkOf(each, this.#kept))}
                />
                ${this.say(`network_${each}`)}
              </label>`,
          )}
        </div>
      </fieldset>
      ${listsOf(mode).map((list) => this.#drawList(list))}`;
  }

  #drawList(list: NetworkList): TemplateResult {
    const entries = this.#kept[list];
    const isMissing = this.isChecked && entries.length === 0;
    return html`<div class="list">
      <tokenry-entries-field
        data-list=${list}
        .heading=${this.say(`entries_${list}`)}
        .zones=${this.zones}
        .texts=${this.texts}
        .value=${entries}
        .isMissing=${isMissing}
        @change=${(event: Event) => this.#change(list, event)}
      ></tokenry-entries-field>
    </div>`;
  }

  #change(list: NetworkList, event: Event): void {
    event.stopPropagation();
    if (!(event.target instanceof TokenryEntriesField)) return;
    this.#set({ ...this.value, [list]: [...event.target.value] });
  }

  #set(value: WireNetwork | null): void {
    this.value = value;
    this.isChecked = false;
    this.changed();
  }
}
