import { html, nothing, type TemplateResult } from "lit";
import type { WireToken } from "../manage/client/index.ts";
import { Load } from "./load.ts";
import { hasEnded } from "./status.ts";
import { drawCard } from "./token-card.ts";
import { TokensSection } from "./tokens-section.ts";

/** The one token that an owner may have of a kind (OWN-04). */
export class SingleTokens extends TokensSection {
  readonly #load: Load<WireToken | undefined>;

  constructor() {
    super();
    this.#load = new Load(this, async () => {
      const { tokens } = await this.managing.tokens(this.owner.id, { kind: this.kind, limit: 1 });
      return tokens[0];
    });
  }

  override refresh(): Promise<void> {
    return this.#load.again();
  }

  protected override tokenNow(): WireToken | undefined {
    return this.#load.value;
  }

  protected override shownTokens(): readonly WireToken[] {
    const token = this.#load.value;
    return token === undefined ? [] : [token];
  }

  protected override put(token: WireToken): void {
    this.#load.set(token);
  }

  protected override drop(): void {
    this.#load.set(undefined);
  }

  protected override dropAll(): void {
    this.#load.set(undefined);
  }

  protected override drawBody(): TemplateResult {
    return this.drawLoaded(this.#load, (token) =>
      token === undefined ? this.#drawNone() : this.#drawOne(token),
    );
  }

  #drawNone(): TemplateResult {
    return html`<div class="empty"><p>${this.say("single_none")}</p></div>
      ${this.#drawGenerate()}`;
  }

  #drawOne(token: WireToken): TemplateResult {
    const actions = this.drawActions(token, { edit: this.asks, revoke: false });
    return html`${drawCard(token, this.view, { actions })}
    ${
      // What has expired counts as absent (OWN-06).
      hasEnded(token, Date.now()) ? this.#drawGenerate() : this.#drawRevoke(token)
    }`;
  }

  #drawGenerate(): TemplateResult | typeof nothing {
    if (!this.rights.issue) return nothing;
    return html`<div class="bottom">
      <button
        type="button"
        class="primary"
        aria-disabled=${this.busy ? "true" : "false"}
        @click=${this.generate}
      >
        ${this.say("generate")}
      </button>
    </div>`;
  }

  #drawRevoke(token: WireToken): TemplateResult | typeof nothing {
    if (!this.rights.revoke) return nothing;
    return html`<div class="bottom">
      <button type="button" class="danger" @click=${() => this.open({ type: "revoke", token })}>
        ${this.say("revoke")}
      </button>
    </div>`;
  }
}
