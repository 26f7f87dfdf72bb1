import { css, html, nothing, type PropertyDeclarations, type TemplateResult } from "lit";
import { ManagementError, type WireZone } from "../manage/client/index.ts";
import { TokenryElement } from "./base-element.ts";
import { HEADER } from "./header-style.ts";
import { LIVE } from "./live-style.ts";
import { Load } from "./load.ts";
import { Revisit } from "./revisit.ts";
import { zoneFailure } from "./zone-failures.ts";

const SHOWN_RANGES = 3;

type Open =
  | { readonly dialog: "none" | "add" }
  | { readonly dialog: "edit" | "remove"; readonly zone: WireZone };

/**
 * The network zones of the signed-in administrator's account.
 *
 * Attributes: `heading`, in place of the title; `api`, where the management API is (default `/tokenry`).
 *
 * Says `tokenry-zones-changed` with the name of a zone that was saved or removed.
 *
 * @example
 * <tokenry-zones api="/tokenry"></tokenry-zones>
 */
export class TokenryZones extends TokenryElement {
  static override properties: PropertyDeclarations = {
    ...TokenryElement.properties,
    heading: { type: String },
    open: { state: true },
    said: { state: true },
  };
  static override styles = [
    ...TokenryElement.styles,
    HEADER,
    LIVE,
    css`
      section {
        display: grid;
        gap: 1rem;
      }
      header > div {
        flex: 1 1 16rem;
      }
      .zones {
        border: 1px solid var(--_border);
        border-radius: var(--_radius);
        background: var(--_surface);
      }
      .zones li {
        display: grid;
        grid-template-columns: 1fr auto;
        align-items: center;
        gap: 0.25rem 1rem;
        padding: 0.875rem 1rem;
      }
      .zones li + li {
        border-top: 1px solid var(--_border);
      }
      .zones h3 {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.25rem 0.625rem;
        overflow-wrap: anywhere;
      }
      .zones p {
        overflow-wrap: anywhere;
      }
      .blocked {
        display: inline-flex;
        align-items: center;
        gap: 0.3125rem;
        padding: 0 0.5rem 0 0.375rem;
        border-radius: 999px;
        font-size: 0.8125rem;
        font-weight: 550;
        line-height: 1.5rem;
        color: var(--_danger);
        background: color-mix(in oklab, var(--_danger) 10%, var(--_surface));
      }
      .actions {
        display: flex;
        gap: 0.25rem;
      }
      @container (max-width: 30rem) {
        .zones li {
          grid-template-columns: 1fr;
        }
        .actions {
          margin-inline-start: -0.5rem;
        }
      }
    `,
  ];

  /** In place of the title. */
  declare heading: string | undefined;
  declare private open: Open;
  declare private said: string;
  readonly #zones: Load<readonly WireZone[]>;

  constructor() {
    super();
    this.heading = undefined;
    this.open = { dialog: "none" };
    this.said = "";
    this.#zones = new Load(
      this,
      async () => (await this.managing.zones()).zones,
      () => this.managing,
    );
    new Revisit(this, () => this.#zones.again());
  }

  protected override render(): TemplateResult {
    return html`<section aria-labelledby="heading" part="zones">
        <header>
          <div>
            <h2 id="heading" tabindex="-1">${this.heading ?? this.say("zones_heading")}</h2>
            <p class="muted">${this.say("zones_intro")}</p>
          </div>
          ${
            this.#zones.value === undefined
              ? nothing
              : html`<button type="button" class="primary" @click=${() => this.#show({ dialog: "add" })}>
                  ${this.say("zone_add")}
                </button>`
          }
        </header>
        <div role="status">${this.#drawSaid()}</div>
        ${this.#isForbidden ? this.#drawForbidden() : this.drawLoaded(this.#zones, (zones) => this.#drawZones(zones))}
      </section>
      ${this.#drawDialog()}`;
  }

  #drawSaid(): TemplateResult | typeof nothing {
    if (this.said === "") return nothing;
    return html`<div class="note good"><p>${this.said}</p></div>`;
  }

  get #isForbidden(): boolean {
    const { current } = this.#zones;
    return (
      current.state === "failed" &&
      current.error instanceof ManagementError &&
      current.error.code === "forbidden"
    );
  }

  #drawForbidden(): TemplateResult {
    return html`<div class="note" role="status"><p>${this.say("zones_forbidden")}</p></div>`;
  }

  #drawZones(zones: readonly WireZone[]): TemplateResult {
    if (zones.length === 0)
      return html`<div class="empty">
        <p>${this.say("zones_none")}</p>
        <p>${this.say("zones_none_hint")}</p>
      </div>`;
    return html`<ul class="zones">
      ${zones.map((zone) => this.#drawZone(zone))}
    </ul>`;
  }

  #drawZone(zone: WireZone): TemplateResult {
    const { name, ranges, blocked } = zone;
    const hidden = ranges.length - SHOWN_RANGES;
    return html`<li>
      <div>
        <h3>${name} ${blocked ? this.#drawBlocked() : nothing}</h3>
        <p class="muted">
          ${this.say("zone_count", { count: ranges.length })}:
          <span class="mono">${ranges.slice(0, SHOWN_RANGES).join(", ")}</span>
          ${hidden > 0 ? this.say("zone_and_more", { count: hidden }) : nothing}
        </p>
      </div>
      <div class="actions">
        <button
          type="button"
          class="quiet"
          aria-label=${this.say("zone_edit_named", { zone: name })}
          @click=${() => this.#show({ dialog: "edit", zone })}
        >
          ${this.say("zone_edit")}
        </button>
        <button
          type="button"
          class="quiet ends"
          aria-label=${this.say("zone_remove_named", { zone: name })}
          @click=${() => this.#show({ dialog: "remove", zone })}
        >
          ${this.say("zone_remove")}
        </button>
      </div>
    </li>`;
  }

  #drawBlocked(): TemplateResult {
    return html`<span class="blocked">
      <svg width="12" height="12" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="2" aria-hidden="true">
        <circle cx="8" cy="8" r="6" />
        <path d="M4 12l8-8" />
      </svg>
      ${this.say("zone_blocked")}
    </span>`;
  }

  #drawDialog(): TemplateResult | typeof nothing {
    const { open } = this;
    if (open.dialog === "none") return nothing;
    if (open.dialog === "remove") return this.#drawRemoval(open.zone);
    return html`<tokenry-zone-dialog
      .client=${this.managing}
      .texts=${this.texts}
      .zone=${open.dialog === "edit" ? open.zone : undefined}
      .taken=${(this.#zones.value ?? []).map(({ name }) => name)}
      @close-wanted=${this.#close}
      @zones-stale=${({ detail }: CustomEvent<WireZone[]>) => this.#zones.set(detail)}
      @zone-saved=${({ detail }: CustomEvent<WireZone>) => this.#saved(detail)}
    ></tokenry-zone-dialog>`;
  }

  #drawRemoval(zone: WireZone): TemplateResult {
    return html`<tokenry-confirm-dialog
      ends
      .client=${this.managing}
      .texts=${this.texts}
      .heading=${this.say("zone_remove_heading", { zone: zone.name })}
      .action=${this.say("zone_remove_do")}
      .content=${html`<p>${this.say("zone_remove_warning")}</p>
        ${zone.blocked ? html`<div class="note warning"><p>${this.say("zone_remove_blocked_warning")}</p></div>` : nothing}`}
      .act=${() => this.#remove(zone)}
      @close-wanted=${this.#close}
    ></tokenry-confirm-dialog>`;
  }

  #show(open: Open): void {
    this.said = "";
    this.open = open;
  }

  readonly #close = (): void => {
    this.open = { dialog: "none" };
  };

  #saved(zone: WireZone): void {
    const others = (this.#zones.value ?? []).filter(({ name }) => name !== zone.name);
    this.#zones.set([...others, zone].sort((left, right) => (left.name < right.name ? -1 : 1)));
    this.#done("zone_saved", zone.name);
  }

  async #remove({ name }: WireZone): Promise<void> {
    const isGone = await this.#removeUnlessGone(name);
    this.#zones.set((this.#zones.value ?? []).filter((zone) => zone.name !== name));
    this.#done(isGone ? "zone_gone" : "zone_removed", name);
    await this.updateComplete;
    // The button that was clicked is gone with its zone.
    this.renderRoot.querySelector<HTMLElement>("#heading")?.focus();
  }

  async #removeUnlessGone(name: string): Promise<boolean> {
    try {
      await this.managing.removeZone(name);
      return false;
    } catch (error) {
      if (error instanceof ManagementError && error.code === "not_found") return true;
      throw zoneFailure(error, "remove");
    }
  }

  #done(text: "zone_saved" | "zone_removed" | "zone_gone", zone: string): void {
    this.open = { dialog: "none" };
    this.said = this.say(text, { zone });
    this.tell("tokenry-zones-changed", { zone });
  }
}
