import { css, html, nothing, type PropertyDeclarations, type TemplateResult } from "lit";
import type { WireEvent, WireEventPage } from "../manage/client/index.ts";
import { TokenryElement } from "./base-element.ts";
import { actorWords, eventSentence, namesActor } from "./event-sentence.ts";
import { EVENT_LOOKS, shapeOf } from "./event-types.ts";
import { Load } from "./load.ts";
import { Revisit } from "./revisit.ts";
import { byDay, type Day, dayOf, daysBetween, dayWords, withNews } from "./timeline.ts";
import { drawShape } from "./timeline-icon.ts";
import { TIMELINE } from "./timeline-style.ts";
import { Told } from "./told.ts";

const PAGE = 50;

/**
 * The audit trail as a timeline, newest first: the account's for those who manage tokens, the user's own part for others.
 *
 * @example
 * <tokenry-events owner="carol" notices></tokenry-events>
 */
export class TokenryEvents extends TokenryElement {
  static override properties: PropertyDeclarations = {
    owner: { type: String },
    tokenId: { type: String, attribute: "token-id" },
    type: { type: String },
    notices: { type: Boolean },
    from: { state: true },
    to: { state: true },
    failure: { state: true },
    isBusy: { state: true },
  };
  static override styles = [
    ...TokenryElement.styles,
    TIMELINE,
    css`
      section {
        display: grid;
        gap: 1.25rem;
      }
      .filter {
        display: grid;
        grid-template-columns: 2fr 1fr 1fr;
        gap: 0.75rem;
        padding: 0.875rem;
        border-radius: var(--_radius);
        background: var(--_raised);
      }
      .filter :is(input, select) {
        height: 2.375rem;
      }
      .more {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.5rem 1rem;
      }
      @container (max-width: 32rem) {
        .filter {
          grid-template-columns: 1fr 1fr;
        }
        .filter :first-child {
          grid-column: 1 / -1;
        }
      }
      @container (max-width: 24rem) {
        .filter {
          grid-template-columns: 1fr;
        }
      }
    `,
  ];

  /** Only what concerns this user. Default: all that the signed-in user may see. */
  declare owner: string | null | undefined;
  /** Only what concerns this token; then nothing else can be filtered by. */
  declare tokenId: string | null | undefined;
  /** The type of events to show: `"token.issued"`, say. Default: all. */
  declare type: string | null | undefined;
  /** Shows the notices that could not be delivered too, to those who manage tokens. */
  declare notices: boolean;
  declare private from: string;
  declare private to: string;
  declare private failure: string;
  declare private isBusy: boolean;
  readonly #page: Load<WireEventPage>;
  #wanted = "";

  constructor() {
    super();
    this.notices = false;
    this.from = "";
    this.to = "";
    this.failure = "";
    this.isBusy = false;
    this.#page = new Load(
      this,
      () => this.#fetch(),
      () => this.managing,
    );
    new Revisit(this, this.#lookAgain);
    new Told(this, () => void this.#lookAgain());
  }

  /** What was shown more of stays; so does all of it where the look fails. */
  readonly #lookAgain = async (): Promise<void> => {
    const { value: shown } = this.#page;
    if (shown === undefined) return this.#page.again();
    const page = await this.#fetch().catch(() => undefined);
    if (page !== undefined && this.#page.value === shown) this.#page.set(withNews(shown, page));
  };

  protected override willUpdate(): void {
    const wanted = JSON.stringify(this.#choice);
    const isOther = this.hasUpdated && wanted !== this.#wanted;
    this.#wanted = wanted;
    if (!isOther) return;
    this.failure = "";
    void this.#page.restart();
  }

  protected override render(): TemplateResult {
    const isOfToken = Boolean(this.tokenId);
    // Under a token its name is the heading.
    const heading = html`<h2 class="hidden">${this.say("events_heading")}</h2>`;
    return html`<section aria-label=${this.say("events_heading")} part="events">
        ${isOfToken ? nothing : html`${heading}${this.#drawFilter()}`}
        ${this.drawLoaded(this.#page, (page) => this.#drawPage(page))}
      </section>
      ${this.notices ? this.#drawNotices() : nothing}`;
  }

  get #choice(): object {
    const { owner, tokenId, type } = this;
    return {
      ...(owner ? { owner } : {}),
      ...(tokenId ? { tokenId } : {}),
      ...(type ? { type: [type] } : {}),
      ...daysBetween(this.from, this.to),
    };
  }

  #fetch(cursor?: string): Promise<WireEventPage> {
    return this.managing.events({ ...this.#choice, limit: PAGE, cursor });
  }

  #drawFilter(): TemplateResult {
    return html`<div class="filter" part="filter">
      <label class="field">
        <span>${this.say("events_type")}</span>
        <select @change=${this.#chooseType}>
          <option value="" ?selected=${!this.type}>${this.say("events_all")}</option>
          ${Object.entries(EVENT_LOOKS).map(
            ([type, { label }]) =>
              html`<option value=${type} ?selected=${type === this.type}>${this.say(label)}</option>`,
          )}
        </select>
      </label>
      <label class="field">
        <span>${this.say("events_from")}</span>
        <input type="date" max=${this.to} @change=${this.#chooseFrom} />
      </label>
      <label class="field">
        <span>${this.say("events_to")}</span>
        <input type="date" min=${this.from} @change=${this.#chooseTo} />
      </label>
    </div>`;
  }

  #drawPage({ events, cursor }: WireEventPage): TemplateResult {
    if (events.length === 0) return this.#drawNone();
    const today = dayOf(new Date());
    return html`<div class="days">${byDay(events).map((day) => this.#drawDay(day, today))}</div>
      ${
        this.failure === ""
          ? nothing
          : html`<div class="note danger" role="alert"><p>${this.failure}</p></div>`
      }
      <div class="more">
        ${
          cursor === undefined
            ? nothing
            : html`<button
                type="button"
                aria-disabled=${this.isBusy}
                @click=${() => this.#showMore({ events, cursor })}
              >
                ${this.say("more")}
              </button>`
        }
        <span class="hint" role="status">${this.say("events_shown", { count: events.length })}</span>
      </div>`;
  }

  #drawNone(): TemplateResult {
    const isFiltered = !this.tokenId && Boolean(this.type || this.from || this.to);
    return html`<div class="empty" role="status">
      <p>${this.say(isFiltered ? "events_none_found" : "events_none")}</p>
    </div>`;
  }

  #drawDay({ day, events }: Day, today: string): TemplateResult {
    return html`<div>
      <h3>${dayWords(day, today, this.locale)}</h3>
      <ol class="day">
        ${events.map((event) => this.#drawEvent(event))}
      </ol>
    </div>`;
  }

  #drawEvent(event: WireEvent): TemplateResult {
    const saying = this.saying;
    const at = new Date(event.at);
    const exact = at.toLocaleString(saying.locale, { dateStyle: "full", timeStyle: "long" });
    return html`<li tabindex="-1">
      ${drawShape(shapeOf(event.type))}
      <div>
        <p class="sentence">${eventSentence(event, saying)}</p>
        <p class="facts">
          <time datetime=${event.at} title=${exact}
            >${at.toLocaleTimeString(saying.locale, { timeStyle: "medium" })}</time
          >
          ${this.#drawPeople(event)}
        </p>
      </div>
    </li>`;
  }

  /** Whoever is concerned and not named by the sentence, nor by what the timeline is of. */
  #drawPeople(event: WireEvent): TemplateResult {
    const { actor, owner, tokenId } = event;
    const isNamed = namesActor(event);
    const by = isNamed || actor === owner ? undefined : actorWords(actor, this.saying);
    const isOwnerKnown = owner === this.owner || (isNamed && owner === actor);
    const of = tokenId === null || owner === null || isOwnerKnown ? undefined : owner;
    return html`${by === undefined ? nothing : html`<span>${this.say("events_by", { actor: by })}</span>`}
    ${of === undefined ? nothing : html`<span>${this.say("events_of", { owner: of })}</span>`}`;
  }

  #drawNotices(): TemplateResult {
    return html`<tokenry-parked-notices
      exportparts="notices, error"
      .client=${this.managing}
      .texts=${this.texts}
    ></tokenry-parked-notices>`;
  }

  readonly #chooseType = ({ target }: Event): void => {
    if (target instanceof HTMLSelectElement) this.type = target.value;
  };

  readonly #chooseFrom = ({ target }: Event): void => {
    if (target instanceof HTMLInputElement) this.from = target.value;
  };

  readonly #chooseTo = ({ target }: Event): void => {
    if (target instanceof HTMLInputElement) this.to = target.value;
  };

  async #showMore({ events, cursor }: Required<WireEventPage>): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    this.failure = "";
    const wanted = this.#wanted;
    try {
      const next = await this.#fetch(cursor);
      // Meanwhile something else may have been asked for.
      if (wanted !== this.#wanted) return;
      this.#page.set({ ...next, events: [...events, ...next.events] });
      await this.updateComplete;
      if (next.cursor === undefined) this.#focusEvent(events.length);
    } catch (error) {
      this.failure = this.sayFailure(error);
    } finally {
      this.isBusy = false;
    }
  }

  /** The button is gone with the last page: what it brought is next. */
  #focusEvent(index: number): void {
    this.renderRoot.querySelectorAll<HTMLElement>(".day > li")[index]?.focus();
  }
}
