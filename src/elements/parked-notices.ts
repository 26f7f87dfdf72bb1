import { css, html, nothing, type PropertyDeclarations, type TemplateResult } from "lit";
import type { WireParkedNotice, WireParkedNoticePage } from "../manage/client/index.ts";
import { TokenryElement } from "./base-element.ts";
import { eventSentence } from "./event-sentence.ts";
import { HEADER } from "./header-style.ts";
import { LIVE } from "./live-style.ts";
import { Load } from "./load.ts";

/** Notices that were put aside after their last try. Draws nothing for who does not manage tokens. */
export class TokenryParkedNotices extends TokenryElement {
  static override properties: PropertyDeclarations = {
    said: { state: true },
    failure: { state: true },
    isBusy: { state: true },
  };
  static override styles = [
    ...TokenryElement.styles,
    HEADER,
    LIVE,
    css`
      section {
        display: grid;
        gap: 0.875rem;
        margin-top: 2rem;
      }
      .notices {
        border: 1px solid var(--_border);
        border-radius: var(--_radius);
      }
      .notices li {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: 0.5rem 1rem;
        padding: 0.875rem 1rem;
        overflow-wrap: anywhere;
      }
      .notices li > div {
        flex: 1 1 15rem;
      }
      .notices li + li {
        border-top: 1px solid var(--_border);
      }
      .facts {
        display: flex;
        flex-wrap: wrap;
        gap: 0 0.75rem;
      }
    `,
  ];

  declare private said: string;
  declare private failure: string;
  declare private isBusy: boolean;
  readonly #page: Load<WireParkedNoticePage | undefined>;

  constructor() {
    super();
    this.said = "";
    this.failure = "";
    this.isBusy = false;
    this.#page = new Load(
      this,
      () => this.#fetch(),
      () => this.managing,
    );
  }

  protected override render(): TemplateResult | typeof nothing {
    const { current } = this.#page;
    if (current.state === "loading") return nothing;
    if (current.state === "ready" && current.value === undefined) return nothing;
    return html`<section aria-labelledby="heading" part="notices">
      <header>
        <h2 id="heading" tabindex="-1">${this.say("notices_heading")}</h2>
        ${(this.#page.value?.notices.length ?? 0) > 1 ? this.#drawRetryAll() : nothing}
      </header>
      <div role="status">${this.#drawSaid()}</div>
      ${this.failure === "" ? nothing : html`<div class="note danger" role="alert"><p>${this.failure}</p></div>`}
      ${this.drawLoaded(this.#page, (page) => this.#drawPage(page))}
    </section>`;
  }

  #drawSaid(): TemplateResult | typeof nothing {
    if (this.said === "") return nothing;
    return html`<div class="note good"><p>${this.said}</p></div>`;
  }

  async #fetch(): Promise<WireParkedNoticePage | undefined> {
    const { actor } = await this.managing.context();
    return actor.managesTokens ? this.managing.parkedNotices() : undefined;
  }

  #drawPage(page: WireParkedNoticePage | undefined): TemplateResult {
    const { notices = [], cursor } = page ?? {};
    if (notices.length === 0) return html`<p class="muted">${this.say("notices_none")}</p>`;
    return html`<ul class="notices">
        ${notices.map((notice) => this.#drawNotice(notice))}
      </ul>
      ${
        cursor === undefined
          ? nothing
          : html`<div>
              <button type="button" aria-disabled=${this.isBusy} @click=${() => this.#showMore(cursor)}>
                ${this.say("more")}
              </button>
            </div>`
      }`;
  }

  #drawNotice({ event, channel, tries, failure, parkedAt }: WireParkedNotice): TemplateResult {
    const { saying } = this;
    const what = eventSentence(event, saying);
    const when = new Date(parkedAt).toLocaleString(saying.locale, {
      dateStyle: "medium",
      timeStyle: "short",
    });
    return html`<li>
      <div>
        <p>${what}</p>
        <p class="facts hint">
          <span>${this.say("notices_channel", { channel })}</span>
          <span>${this.say("notices_tries", { count: tries })}</span>
          <time datetime=${parkedAt}>${when}</time>
        </p>
        ${failure === null ? nothing : html`<p class="hint">${this.say("notices_failure", { failure })}</p>`}
      </div>
      <button
        type="button"
        aria-label=${this.say("notices_retry_named", { what, channel })}
        aria-disabled=${this.isBusy}
        @click=${() => this.#retry({ id: event.id, channel })}
      >
        ${this.say("retry")}
      </button>
    </li>`;
  }

  #drawRetryAll(): TemplateResult {
    return html`<button type="button" aria-disabled=${this.isBusy} @click=${() => this.#retry({})}>
      ${this.say("notices_retry_all")}
    </button>`;
  }

  #showMore(cursor: string): Promise<void> {
    return this.#do(async () => {
      const next = await this.managing.parkedNotices({ cursor });
      const before = this.#page.value?.notices ?? [];
      this.#page.set({ ...next, notices: [...before, ...next.notices] });
    });
  }

  #retry(which: { readonly id?: string; readonly channel?: string }): Promise<void> {
    return this.#do(async () => {
      const { retried } = await this.managing.retryNotices(which);
      this.said =
        retried === 0
          ? this.say("notices_retried_none")
          : this.say("notices_retried", { count: retried });
      await this.#page.again();
      await this.updateComplete;
      // The button that was clicked is gone with its notice.
      this.renderRoot.querySelector<HTMLElement>("#heading")?.focus();
    });
  }

  async #do(deed: () => Promise<void>): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    this.failure = "";
    this.said = "";
    try {
      await deed();
    } catch (error) {
      this.failure = this.sayFailure(error);
    } finally {
      this.isBusy = false;
    }
  }
}
