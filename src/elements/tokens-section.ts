import { type CSSResult, html, nothing, type TemplateResult } from "lit";
import type { WireToken } from "../manage/client/index.ts";
import { RepeatKey } from "./repeat-key.ts";
import { Revisit } from "./revisit.ts";
import { hasEnded } from "./status.ts";
import { Ticker } from "./ticker.ts";
import { type CardView, drawAction } from "./token-card.ts";
import { drawTokenDialog } from "./token-dialogs.ts";
import { entriesOf } from "./token-entries.ts";
import { opensNothing, type Rights, rightsOf, withoutDeeds } from "./token-rights.ts";
import { TOKENS_STYLES } from "./token-styles.ts";
import { ChangingTokens } from "./tokens-changing.ts";

/** An owner's tokens of one kind, as all such sections draw them. */
export abstract class TokensSection extends ChangingTokens {
  static override styles: CSSResult[] = [...ChangingTokens.styles, TOKENS_STYLES];

  readonly #histories = new Set<string>();

  constructor() {
    super();
    new Revisit(this, () => this.refresh());
    new Ticker(this, () => this.moments());
  }

  /** The tokens that are on the screen. */
  protected abstract shownTokens(): readonly WireToken[];
  protected abstract drawBody(): TemplateResult;

  protected get rights(): Rights {
    const { isSignedOut, context } = this.facts;
    const rights = rightsOf({ actor: context.actor, owner: this.owner, kind: this.rules });
    return isSignedOut ? withoutDeeds(rights) : rights;
  }

  protected get view(): CardView {
    return {
      context: this.facts.context,
      rules: this.rules,
      client: this.managing,
      saying: this.saying,
      now: Date.now(),
      histories: this.#histories,
      onHistory: this.#noteHistory,
    };
  }

  /** When what is drawn is to be drawn anew. */
  protected moments(): readonly number[] {
    return this.shownTokens().flatMap(({ expiresAt }) =>
      expiresAt === null ? [] : [Date.parse(expiresAt)],
    );
  }

  protected override updated(): void {
    const isEmpty = this.shownTokens().length === 0;
    const hasFailed = this.renderRoot.querySelector("[part=error]") !== null;
    const mayHide = this.facts.mayHide && isEmpty && !hasFailed;
    this.hidden = mayHide && this.rights.reason === "made_by_managers";
  }

  protected override render(): TemplateResult {
    const { reason } = this.rights;
    return html`<section aria-labelledby="title" part="section">
        <div class="top">
          <h2 id="title" tabindex="-1">${this.#title}</h2>
          ${this.drawTools()}
        </div>
        ${reason === undefined ? nothing : html`<p class="muted">${this.say(reason)}</p>`}
        ${this.#drawOpensNothing()}
        ${this.drawBody()}
        ${this.failure === undefined ? nothing : this.drawFailure(this.failure, this.retry)}
        <p class="said muted" role="status">${this.said}</p>
      </section>
      ${this.drawOpened()}`;
  }

  get #title(): TemplateResult {
    const { heading, namesKind } = this.facts;
    const title = heading ?? this.say(this.rules.slots === "many" ? "tokens_title" : "token_title");
    return html`${title}${namesKind ? html` <span class="kind">${this.kind}</span>` : nothing}`;
  }

  #drawOpensNothing(): TemplateResult | typeof nothing {
    const { owner } = this;
    if (!opensNothing(owner)) return nothing;
    const isOwn = owner.id === this.facts.context.actor.id;
    return html`<div class="note warning">
      <p>${this.say(isOwn ? "own_no_methods" : "no_methods")}</p>
    </div>`;
  }

  protected drawTools(): TemplateResult | typeof nothing {
    return nothing;
  }

  protected drawOpened(): TemplateResult | typeof nothing {
    if (this.opened === undefined) return nothing;
    return drawTokenDialog(this.opened, {
      context: this.facts.context,
      kind: this.kind,
      rules: this.rules,
      client: this.managing,
      saying: this.saying,
      ownerName: this.facts.ownerName,
      isOthers: this.owner.id !== this.facts.context.actor.id,
      deeds: this.deeds,
    });
  }

  /** The buttons of a token: what its kind and the rights allow. */
  protected drawActions(
    token: WireToken,
    { edit, revoke }: { readonly edit: boolean; readonly revoke: boolean },
  ): TemplateResult | typeof nothing {
    const { rights } = this;
    const isOver = hasEnded(token, Date.now());
    const regenerates = rights.replace && this.rules.replacement === "regenerate";
    const actions = [
      edit && rights.update && !isOver
        ? drawAction(token, this.say("edit"), { act: () => this.edit(token) })
        : nothing,
      regenerates && !isOver
        ? drawAction(token, this.say("regenerate"), {
            act: () => this.#askRegenerate(token),
          })
        : nothing,
      revoke && rights.revoke && !isOver
        ? drawAction(token, this.say("revoke"), {
            ends: true,
            act: () => this.open({ type: "revoke", token }),
          })
        : nothing,
    ].filter((action) => action !== nothing);
    return actions.length === 0 ? nothing : html`${actions}`;
  }

  #askRegenerate(token: WireToken): void {
    const { expiry } = this.rules;
    const chosen = { expiresIn: expiry.type === "choice" ? expiry.default : undefined };
    this.open({ type: "regenerate", token, key: new RepeatKey(), chosen });
  }

  protected readonly edit = (token: WireToken): void =>
    this.open({ type: "form", token, key: new RepeatKey() });

  /** Makes a token: asks for its choices first, where its kind has some. */
  protected readonly generate = (): void => {
    if (this.asks) this.open({ type: "form", token: undefined, key: new RepeatKey() });
    else this.perform(() => this.#generate());
  };

  async #generate(): Promise<void> {
    const entries = { ...entriesOf(this.rules, undefined), name: this.say("single_name") };
    await this.deeds.issue(entries, this.generateKey);
  }

  /** Whether there is anything to choose when a token is made. */
  protected get asks(): boolean {
    const { slots, access, expiry } = this.rules;
    return slots === "many" || access === "granted" || expiry.type === "choice";
  }

  readonly #noteHistory = (id: string, isOpen: boolean): void => {
    if (this.#histories.has(id) === isOpen) return;
    if (isOpen) this.#histories.add(id);
    else this.#histories.delete(id);
    this.requestUpdate();
  };
}
