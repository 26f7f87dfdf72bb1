import {
  type CSSResult,
  css,
  html,
  nothing,
  type PropertyDeclarations,
  type TemplateResult,
} from "lit";
import type { WireZone } from "../manage/client/index.ts";
import { isZoneName } from "../network/entry.ts";
import { TokenryElement } from "./base-element.ts";
import { LIVE } from "./live-style.ts";
import { DIALOG, Modal } from "./modal.ts";
import { checkRanges, type FaultyLine, faultWords } from "./network-entry.ts";
import { SWITCH } from "./switch-style.ts";
import type { TextName } from "./texts.ts";
import { isChanged, zoneFailure } from "./zone-failures.ts";

const MOST_RANGES = 5000;
const SHOWN_FAULTS = 5;

/**
 * The form of a zone, to make one or to change one. Says `zone-saved` with the zone as `detail`, and `close-wanted`.
 */
export class TokenryZoneDialog extends TokenryElement {
  static override properties: PropertyDeclarations = {
    zone: { attribute: false },
    taken: { attribute: false },
    isBlocked: { state: true },
    faults: { state: true },
    nameFault: { state: true },
    rangesFault: { state: true },
    failure: { state: true },
    isBusy: { state: true },
  };
  static override styles: CSSResult[] = [
    ...TokenryElement.styles,
    DIALOG,
    LIVE,
    SWITCH,
    css`
      form {
        display: grid;
        gap: 1rem;
      }
      textarea {
        min-height: 9rem;
        resize: vertical;
        overflow-wrap: normal;
      }
    `,
  ];

  /** The zone to change; absent: a new one is made. */
  declare zone: WireZone | undefined;
  /** The names that a new zone cannot have. */
  declare taken: readonly string[];
  declare private isBlocked: boolean;
  declare private faults: readonly FaultyLine[];
  declare private nameFault: TextName | undefined;
  declare private rangesFault: TextName | undefined;
  declare private failure: unknown;
  declare private isBusy: boolean;
  readonly #modal: Modal;
  /** The zones as they were when somebody else had changed this one. */
  #latest: readonly WireZone[] | undefined;

  constructor() {
    super();
    this.zone = undefined;
    this.taken = [];
    this.isBlocked = false;
    this.faults = [];
    this.nameFault = undefined;
    this.rangesFault = undefined;
    this.failure = undefined;
    this.isBusy = false;
    this.#modal = new Modal(this, () => this.#close());
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.isBlocked = this.zone?.blocked ?? false;
  }

  protected override render(): TemplateResult {
    const { zone } = this;
    const heading =
      zone === undefined
        ? this.say("zone_add")
        : this.say("zone_edit_heading", { zone: zone.name });
    return this.#modal.draw({
      heading,
      closeLabel: this.say("close"),
      content: html`<form id="form" novalidate @submit=${this.#submit}>
        ${zone === undefined ? this.#drawName() : nothing} ${this.#drawRanges()}
        ${this.#drawBlocked()}
      </form>`,
      failure: this.failure === undefined ? undefined : this.drawFailure(this.failure),
      actions: html`<button type="button" @click=${this.#close}>${this.say("cancel")}</button>
        <button type="submit" form="form" class="primary" aria-disabled=${this.isBusy}>
          ${this.say("save")}
        </button>`,
    });
  }

  #drawName(): TemplateResult {
    const { nameFault } = this;
    return html`<label class="field">
      <span>${this.say("zone_name")}</span>
      <input
        id="name"
        autofocus
        type="text"
        autocomplete="off"
        autocapitalize="off"
        spellcheck="false"
        maxlength="64"
        aria-describedby="name-hint name-fault"
        aria-invalid=${nameFault !== undefined}
        @change=${() => this.#checkName()}
        @input=${() => nameFault !== undefined && this.#checkName()}
      />
      <span id="name-hint" class="hint">${this.say("zone_name_hint")}</span>
      <span id="name-fault" class="fault" role="status"
>${nameFault === undefined ? "" : this.say(nameFault)}</span
      >
    </label>`;
  }

  #drawRanges(): TemplateResult {
    const isFaulty = this.faults.length > 0 || this.rangesFault !== undefined;
    return html`<div class="field">
      <label for="ranges"><b>${this.say("zone_ranges")}</b></label>
      <textarea
        id="ranges"
        ?autofocus=${this.zone !== undefined}
        class="mono"
        rows="6"
        autocapitalize="off"
        spellcheck="false"
        aria-describedby="ranges-hint ranges-faults"
        aria-invalid=${isFaulty}
        .defaultValue=${this.zone?.ranges.join("\n") ?? ""}
        @input=${() => this.#checkLines(true)}
        @change=${() => this.#checkLines(false)}
      ></textarea>
      <span id="ranges-hint" class="hint">${this.say("zone_ranges_hint")}</span>
      <div id="ranges-faults" class="fault" role="status">${this.#drawFaults()}</div>
    </div>`;
  }

  #drawFaults(): TemplateResult {
    const { faults, rangesFault } = this;
    const hidden = faults.length - SHOWN_FAULTS;
    return html`${faults.slice(0, SHOWN_FAULTS).map((faulty) => {
      const fault = faultWords(faulty, this.saying);
      return html`<p>${this.say("zone_line", { line: faulty.line, fault })}</p>`;
    })}
    ${hidden > 0 ? html`<p>${this.say("zone_more_faults", { count: hidden })}</p>` : nothing}
    ${rangesFault === undefined ? nothing : html`<p>${this.say(rangesFault, { most: MOST_RANGES })}</p>`}`;
  }

  #drawBlocked(): TemplateResult {
    return html`<div class="field">
        <label class="switch">
          <input
            type="checkbox"
            role="switch"
            aria-describedby="blocked-hint"
            .checked=${this.isBlocked}
            @change=${this.#block}
          />
          <b>${this.say("zone_blocked_label")}</b>
        </label>
        <span id="blocked-hint" class="hint">${this.isBlocked ? nothing : this.say("zone_blocked_hint")}</span>
      </div>
      <div role="status">${this.isBlocked ? html`<div class="note warning"><p>${this.say("zone_blocked_warning")}</p></div>` : nothing}</div>`;
  }

  get #name(): string {
    return this.zone?.name ?? this.#field("#name")?.value.trim() ?? "";
  }

  #field(selector: "#name" | "#ranges"): HTMLInputElement | HTMLTextAreaElement | null {
    return this.renderRoot.querySelector<HTMLInputElement | HTMLTextAreaElement>(selector);
  }

  readonly #close = (): void => {
    if (!this.isBusy) this.dispatchEvent(new CustomEvent("close-wanted"));
  };

  readonly #block = ({ target }: Event): void => {
    this.isBlocked = target instanceof HTMLInputElement && target.checked;
  };

  #checkName(): void {
    const name = this.#name;
    const isProper = this.zone !== undefined || isZoneName(name);
    const isTaken = this.zone === undefined && this.taken.includes(name);
    if (!isProper) this.nameFault = "zone_name_fault";
    else this.nameFault = isTaken ? "zone_name_taken" : undefined;
  }

  /** Says nothing yet of the line that is being written. */
  #checkLines(isWriting: boolean): readonly string[] {
    const field = this.#field("#ranges");
    const { ranges, faults } = checkRanges(field?.value ?? "");
    const caret = field?.value.slice(0, field.selectionStart ?? 0).split("\n").length;
    this.faults = faults.filter(({ line }) => !isWriting || line !== caret);
    this.rangesFault = ranges.length > MOST_RANGES ? "zone_ranges_too_many" : undefined;
    return ranges;
  }

  readonly #submit = (event: Event): void => {
    event.preventDefault();
    if (this.isBusy) return;
    this.#checkName();
    const ranges = this.#checkLines(false);
    if (ranges.length === 0 && this.faults.length === 0) this.rangesFault = "zone_ranges_none";
    if (this.nameFault !== undefined) this.#field("#name")?.focus();
    else if (this.faults.length > 0 || this.rangesFault !== undefined)
      this.#field("#ranges")?.focus();
    else void this.#save([...ranges]);
  };

  /** What is to be replaced, or `null`: nothing of the name. */
  get #version(): string | null {
    const known = this.#latest ?? (this.zone === undefined ? [] : [this.zone]);
    return known.find(({ name }) => name === this.#name)?.version ?? null;
  }

  /** What somebody else changed is not overwritten unseen: it is in the list then, and who tries again means it. */
  async #lookAgain(): Promise<void> {
    const { zones } = await this.managing.zones();
    this.#latest = zones;
    this.dispatchEvent(new CustomEvent("zones-stale", { detail: zones }));
  }

  async #save(ranges: string[]): Promise<void> {
    const blocked = this.isBlocked;
    this.isBusy = true;
    this.failure = undefined;
    try {
      const guard = { version: this.#version };
      const detail = await this.managing.putZone(this.#name, { ranges, blocked }, guard);
      this.dispatchEvent(new CustomEvent("zone-saved", { detail }));
    } catch (error) {
      this.failure = zoneFailure(error, blocked ? "block" : "save");
      if (isChanged(error)) await this.#lookAgain().catch(() => undefined);
    } finally {
      this.isBusy = false;
    }
  }
}
