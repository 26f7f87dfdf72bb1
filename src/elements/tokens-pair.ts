import { html, nothing, type PropertyDeclarations, type TemplateResult } from "lit";
import type { WireRotation, WireToken } from "../manage/client/index.ts";
import { minutesLeft } from "./format.ts";
import { Load } from "./load.ts";
import { drawPlanDialog, NO_PLAN, type Plan, type Planned } from "./pair-plan.ts";
import { RepeatKey } from "./repeat-key.ts";
import { SaidError } from "./said-error.ts";
import { drawCard } from "./token-card.ts";
import { TokensSection } from "./tokens-section.ts";

interface PairState {
  readonly tokens: readonly WireToken[];
  readonly rotation: WireRotation;
}

/** A primary and a backup token: what is planned while editing is done on Save (EDG-09, EDG-13). */
export class PairTokens extends TokensSection {
  static override properties: PropertyDeclarations = {
    ...TokensSection.properties,
    plan: { state: true },
    asked: { state: true },
  };

  /** `undefined`: not editing. */
  declare protected plan: Plan | undefined;
  /** What is to be confirmed before it is planned. */
  declare protected asked: Planned | undefined;
  readonly #load: Load<PairState>;
  readonly #key = new RepeatKey();

  constructor() {
    super();
    this.plan = undefined;
    this.asked = undefined;
    this.#load = new Load(this, () => this.#fetch());
  }

  override refresh(): Promise<void> {
    return this.#load.again();
  }

  async #fetch(): Promise<PairState> {
    const [{ tokens }, rotation] = await Promise.all([
      this.managing.tokens(this.owner.id, { kind: this.kind, limit: 50 }),
      this.rules.confirmRotation
        ? this.managing.rotation(this.owner.id, this.kind)
        : { pending: false as const },
    ]);
    return { tokens, rotation };
  }

  protected override shownTokens(): readonly WireToken[] {
    return this.#load.value?.tokens ?? [];
  }

  protected override tokenNow(id: string): WireToken | undefined {
    return this.shownTokens().find((token) => token.id === id);
  }

  protected override put(token: WireToken): void {
    const others = this.shownTokens().filter(({ id }) => id !== token.id);
    this.#show({ tokens: [...others, token] });
    void this.refresh();
  }

  protected override drop(id: string): void {
    this.#show({ tokens: this.shownTokens().filter((token) => token.id !== id) });
  }

  protected override dropAll(): void {
    this.#show({ tokens: [], rotation: { pending: false } });
  }

  #show(change: Partial<PairState>): void {
    const state = this.#load.value ?? { tokens: [], rotation: { pending: false } };
    this.#load.set({ ...state, ...change });
  }

  protected override moments(): readonly number[] {
    return [...super.moments(), ...(this.#waitsUntil === undefined ? [] : [this.#waitsUntil])];
  }

  /** Until when a rotation waits for its link; `undefined`: none does. */
  get #waitsUntil(): number | undefined {
    const rotation = this.#load.value?.rotation;
    if (rotation?.pending !== true) return undefined;
    const until = Date.parse(rotation.expiresAt);
    return until > Date.now() ? until : undefined;
  }

  protected override drawBody(): TemplateResult {
    return this.drawLoaded(this.#load, ({ tokens }) => {
      const inSlot = (slot: string) => tokens.find((token) => token.slot === slot);
      return this.#drawPair(inSlot("primary"), inSlot("backup"));
    });
  }

  #drawPair(primary: WireToken | undefined, backup: WireToken | undefined): TemplateResult {
    return html`${this.#drawWaiting()}
      <div class=${backup === undefined ? "pair" : "pair two"}>
        ${
          primary === undefined
            ? html`<div class="empty"><p>${this.say("pair_none")}</p></div>`
            : drawCard(primary, this.view, { role: this.say("primary") })
        }
        ${
          backup === undefined ? nothing : drawCard(backup, this.view, { role: this.say("backup") })
        }
      </div>
      ${backup === undefined ? nothing : this.#drawSteps()}
      ${
        this.plan === undefined
          ? this.#drawButtons(primary, backup)
          : this.#drawEditing(this.plan, primary, backup)
      }`;
  }

  #drawWaiting(): TemplateResult | typeof nothing {
    const until = this.#waitsUntil;
    if (until === undefined) return nothing;
    const { replace, revoke } = this.rights;
    const count = minutesLeft(until - Date.now());
    return html`<div class="note warning" part="waiting">
      <p>
        <strong>${this.say("pair_waiting")}</strong>
        <span role="timer">${this.say("pair_minutes", { count })}</span>
      </p>
      <div class="bottom">
        ${replace ? this.#drawButton("pair_resend", () => this.perform(this.#resend)) : nothing}
        ${revoke ? this.#drawButton("pair_cancel_request", () => this.perform(this.#cancelRequest)) : nothing}
      </div>
    </div>`;
  }

  #drawSteps(): TemplateResult {
    return html`<div class="note" part="steps">
      <p><strong>${this.say("pair_steps")}</strong></p>
      <ol>
        <li>${this.say("pair_step_generate")}</li>
        <li>${this.say("pair_step_update")}</li>
        <li>${this.say("pair_step_distribute")}</li>
        <li>${this.say("pair_step_delete")}</li>
      </ol>
    </div>`;
  }

  #drawButtons(primary: WireToken | undefined, backup: WireToken | undefined): TemplateResult {
    const { issue, replace, revoke, revokeAll } = this.rights;
    const edits = (primary !== undefined && replace) || (backup !== undefined && revoke);
    return html`<div class="bottom">
      ${
        primary === undefined && issue
          ? this.#drawButton("generate", this.generate, "primary")
          : nothing
      }
      ${edits ? this.#drawButton("edit", () => void this.#plan(NO_PLAN)) : nothing}
      ${
        revokeAll && (primary ?? backup) !== undefined
          ? this.#drawButton("revoke_all", () => this.open({ type: "revoke_all" }))
          : nothing
      }
    </div>`;
  }

  #drawEditing(
    plan: Plan,
    primary: WireToken | undefined,
    backup: WireToken | undefined,
  ): TemplateResult {
    const { replace, revoke } = this.rights;
    const rotates = this.rules.confirmRotation ? "pair_planned_request" : "pair_planned_rotate";
    return html`<div class="list" data-editing><div class="bottom">
        ${
          primary !== undefined && replace && !plan.rotate
            ? this.#drawButton("pair_rotate", () => this.#ask("rotate"))
            : nothing
        }
        ${
          backup !== undefined && revoke && !plan.delete
            ? this.#drawButton("pair_delete", () => this.#ask("delete"))
            : nothing
        }
      </div>
      <div role="status"><ul class="planned">
        ${plan.rotate ? html`<li>${this.say(rotates)}</li>` : nothing}
        ${plan.delete ? html`<li>${this.say("pair_planned_delete")}</li>` : nothing}
      </ul></div>
      <div class="bottom">
        ${this.#drawButton("save", () => this.perform(() => this.#save(backup)), "primary")}
        ${this.#drawButton("cancel", () => void this.#plan(undefined))}
      </div></div>`;
  }

  #drawButton(
    name: Parameters<TokensSection["say"]>[0],
    act: () => void,
    look = "",
  ): TemplateResult {
    return html`<button
      type="button"
      ?data-edit=${name === "edit"}
      class=${look}
      aria-disabled=${this.busy ? "true" : "false"}
      @click=${act}
    >
      ${this.say(name)}
    </button>`;
  }

  protected override drawOpened(): TemplateResult | typeof nothing {
    if (this.asked === undefined) return super.drawOpened();
    const { asked } = this;
    return drawPlanDialog(asked, {
      client: this.managing,
      saying: this.saying,
      confirms: this.rules.confirmRotation,
      plan: async () => {
        this.asked = undefined;
        await this.#plan({ ...(this.plan ?? NO_PLAN), [asked]: true });
      },
      close: () => {
        this.asked = undefined;
      },
    });
  }

  #ask(planned: Planned): void {
    if (!this.busy) this.asked = planned;
  }

  /** What had the focus may be gone: it goes to the first button that is there. */
  async #plan(plan: Plan | undefined): Promise<void> {
    if (this.busy) return;
    this.plan = plan;
    this.failure = undefined;
    this.said = "";
    await this.updateComplete;
    requestAnimationFrame(() =>
      this.renderRoot.querySelector<HTMLElement>("[data-editing] button, [data-edit]")?.focus(),
    );
  }

  /** The backup first: a new primary makes another one. */
  async #save(backup: WireToken | undefined): Promise<void> {
    const plan = this.plan ?? NO_PLAN;
    if (plan.delete && backup !== undefined) {
      await this.changing(() => this.managing.revoke(backup.id));
      this.drop(backup.id);
      this.tell("tokenry-revoked", { tokenId: backup.id, kind: this.kind });
      this.plan = { ...plan, delete: false };
      this.said = this.say("pair_deleted");
    }
    if (plan.rotate) await this.#rotate();
    this.plan = undefined;
    await this.refresh();
    await this.#focusLater();
  }

  async #focusLater(): Promise<void> {
    await this.updateComplete;
    if (this.opened === undefined) this.focusTitle();
  }

  async #rotate(): Promise<void> {
    const { owner, kind } = this;
    const guard = { idempotencyKey: this.#key.of({ owner: owner.id, kind }) };
    const answer = await this.changing(
      () => this.managing.rotate(owner.id, kind, guard),
      this.#key,
    );
    this.#key.forget();
    if ("token" in answer) return this.showSecret(answer, "tokenry-issued");
    // The answer of before: what was asked for then was confirmed or cancelled since.
    if (!answer.pending) {
      void this.refresh();
      throw new SaidError("conflict", undefined);
    }
    this.#show({ rotation: answer });
    this.said = this.say("pair_requested");
    this.tell("tokenry-rotation-requested", { kind });
  }

  readonly #resend = async (): Promise<void> => {
    const { owner, kind } = this;
    const rotation = await this.changing(() => this.managing.resendRotation(owner.id, kind));
    this.#show({ rotation });
    this.said = this.say("pair_resent");
    this.tell("tokenry-rotation-requested", { kind });
  };

  readonly #cancelRequest = async (): Promise<void> => {
    const { owner, kind } = this;
    await this.changing(() => this.managing.cancelRotation(owner.id, kind));
    this.#show({ rotation: { pending: false } });
    this.said = this.say("pair_cancelled");
    this.tell("tokenry-changed", { kind });
    await this.updateComplete;
    this.focusTitle();
  };
}
