import { html, nothing, type TemplateResult } from "lit";
import { guard } from "lit/directives/guard.js";
import { ManagementError, type WireToken } from "../manage/client/index.ts";
import { stateOf } from "./status.ts";
import { drawCard } from "./token-card.ts";
import {
  added,
  countOf,
  NO_TOKENS,
  removed,
  replaced,
  type TokenPart,
  tokenOf,
} from "./token-list.ts";
import { TokenPages } from "./token-pages.ts";
import { PartWindow } from "./token-part-window.ts";
import { TokensSection } from "./tokens-section.ts";

const partLength = 50;
const minuteMs = 60_000;

/** The tokens of a kind of which an owner may have many: a list that is fetched and drawn as far as it is looked at. */
export class ManyTokens extends TokensSection {
  readonly #pages: TokenPages;
  readonly #window: PartWindow;
  /** Parts that may have changed while they were far from the view. */
  #stale: ReadonlySet<number> = new Set();

  constructor() {
    super();
    this.#pages = new TokenPages(this, (cursor) =>
      this.managing.tokens(this.owner.id, { kind: this.kind, limit: partLength, cursor }),
    );
    this.#window = new PartWindow(this, { onPart: this.#comeNear, onEnd: () => void this.#goOn() });
  }

  override async refresh(): Promise<void> {
    if (this.#pages.list.parts.length === 0) return this.#pages.restart();
    const far = new Set(this.#window.far);
    this.#stale = far;
    await Promise.all(this.#pages.list.ahead.map(({ id }) => this.#lookAt(id)));
    await this.#pages.refresh([...this.#pages.list.parts.keys()].filter((part) => !far.has(part)));
  }

  /** What is ahead of its place comes with no part. */
  async #lookAt(id: string): Promise<void> {
    try {
      this.put(await this.managing.token(id));
    } catch (error) {
      if (error instanceof ManagementError && error.code === "not_found") this.drop(id);
    }
  }

  protected override tokenNow(id: string): WireToken | undefined {
    return tokenOf(this.#pages.list, id);
  }

  protected override shownTokens(): readonly WireToken[] {
    const { parts, ahead } = this.#pages.list;
    const near = parts.filter((_, index) => this.#window.heightOf(index) === undefined);
    return [...ahead, ...near.flatMap(({ tokens }) => tokens)];
  }

  protected override put(token: WireToken): void {
    const isKnown = this.tokenNow(token.id) !== undefined;
    this.#pages.change((list) => (isKnown ? replaced(list, token) : added(list, token)));
  }

  protected override drop(id: string): void {
    this.#pages.change((list) => removed(list, id));
  }

  protected override dropAll(): void {
    this.#window.reset();
    this.#pages.change(() => NO_TOKENS);
  }

  protected override drawTools(): TemplateResult {
    const { issue, revokeAll } = this.rights;
    const count = countOf(this.#pages.list);
    return html`<div class="tools">
      ${
        issue && !this.#isFull
          ? html`<button type="button" class="primary" @click=${this.generate}>
              ${this.say(this.rules.issuedBy === "manager" ? "add" : "create")}
            </button>`
          : nothing
      }
      ${
        revokeAll && count > 0
          ? html`<button type="button" @click=${() => this.open({ type: "revoke_all" })}>
              ${this.say("revoke_all")}
            </button>`
          : nothing
      }
    </div>`;
  }

  get #isFull(): boolean {
    const { list } = this.#pages;
    const { maxPerOwner } = this.rules;
    return maxPerOwner !== null && list.next === undefined && countOf(list) >= maxPerOwner;
  }

  protected override drawBody(): TemplateResult {
    const { isReady, error, list } = this.#pages;
    const failure =
      error === undefined ? nothing : this.drawFailure(error, () => void this.#tryAgain());
    if (!isReady) return error === undefined ? this.drawLoading() : html`${failure}`;
    if (countOf(list) === 0 && list.next === undefined)
      return html`<div class="empty"><p>${this.say("many_none")}</p></div>
        ${failure}`;
    return html`${this.#isFull ? html`<p class="muted">${this.say("limit_reached")}</p>` : nothing}
      ${this.#drawAhead(list.ahead)}
      <div class="list">
        ${list.parts.map((part, index) => this.#drawPart(part, index))} ${this.#drawEnd()}
      </div>
      ${failure}`;
  }

  #drawAhead(tokens: readonly WireToken[]): TemplateResult | typeof nothing {
    if (tokens.length === 0) return nothing;
    return html`<div class="ahead">
      <p id="ahead" class="muted">${this.say("many_new")}</p>
      <ul class="list" aria-labelledby="ahead">
        ${tokens.map((token) => html`<li>${this.#drawToken(token)}</li>`)}
      </ul>
    </div>`;
  }

  #drawPart({ tokens }: TokenPart, index: number): TemplateResult {
    const height = this.#window.heightOf(index);
    const before = this.#pages.list.parts.slice(0, index);
    const first = before.reduce((count, part) => count + part.tokens.length, 1);
    return html`<div
      class="part"
      data-index=${index}
      .style=${height === undefined ? "" : `height:${height}px`}
    >
      ${
        height === undefined && tokens.length > 0
          ? html`<ul
              class="list"
              aria-label=${this.say("tokens_part", { first, last: first + tokens.length - 1 })}
            >
              ${tokens.map((token) => html`<li>${this.#drawToken(token)}</li>`)}
            </ul>`
          : nothing
      }
    </div>`;
  }

  /** Drawn anew only when something that it shows is another: a list may have a hundred on the screen. */
  #drawToken(token: WireToken): unknown {
    const { view, facts } = this;
    const shown = [
      token,
      facts,
      stateOf(token, view.now),
      Math.floor(view.now / minuteMs),
      view.histories.has(token.id),
      this.texts,
      view.saying.locale,
    ];
    return guard(shown, () =>
      drawCard(token, view, { actions: this.drawActions(token, { edit: true, revoke: true }) }),
    );
  }

  /** The next part comes as the end nears the view; the button is for those who do not scroll. */
  #drawEnd(): TemplateResult | typeof nothing {
    if (this.#pages.list.next === undefined) return nothing;
    return html`<div class="end bottom">
      <button
        type="button"
        aria-disabled=${this.#pages.isGoingOn ? "true" : "false"}
        @click=${this.#goOn}
      >
        ${this.say(this.#pages.isGoingOn ? "loading" : "more")}
      </button>
    </div>`;
  }

  readonly #goOn = async (): Promise<void> => {
    if (this.#pages.isGoingOn) return;
    await this.#pages.goOn();
    await this.updateComplete;
    if (this.#pages.error === undefined) this.#window.askForEnd();
  };

  async #tryAgain(): Promise<void> {
    if (!this.#pages.isReady) return this.#pages.restart();
    await this.refresh();
    await this.#goOn();
  }

  readonly #comeNear = (part: number): void => {
    if (!this.#stale.has(part)) return;
    this.#stale = new Set([...this.#stale].filter((each) => each !== part));
    void this.#pages.refresh([part]);
  };
}
