import { html, nothing, type PropertyDeclarations, type TemplateResult } from "lit";
import { ManagementError, type WireOwner } from "../manage/client/index.ts";
import { SaidError } from "./said-error.ts";
import { SecretHolder } from "./secret-holder.ts";
import { type ScreenFacts, TokensScreen } from "./tokens-screen.ts";

/**
 * `<tokenry-tokens>`: the tokens of the user who is signed in.
 *
 * Attributes: `kind`, one kind in place of all; `heading`, in place of a section's title; `api`, where the management API is (default
 * `/tokenry`). Property `rotationCode`: the code of the link in a mail; nothing happens until the user has confirmed.
 *
 * Events, composed, none with a secret: `tokenry-issued`, `tokenry-regenerated`, `tokenry-changed`, `tokenry-revoked`,
 * `tokenry-rotation-requested`, `tokenry-signed-out`.
 *
 * @example
 * <tokenry-tokens kind="personal"></tokenry-tokens>
 */
export class TokenryTokens extends TokensScreen {
  static override properties: PropertyDeclarations = {
    ...TokensScreen.properties,
    rotationCode: { attribute: false },
    holder: { state: true },
  };

  /** The code of a confirmation link: asks whether a new primary token is to be made. Empty again when that is decided. */
  declare rotationCode: string | undefined;
  declare protected holder: SecretHolder | undefined;

  constructor() {
    super();
    this.rotationCode = undefined;
    this.holder = undefined;
  }

  protected override async fetchFacts(): Promise<ScreenFacts> {
    const context = await this.managing.context();
    return { context, owner: context.actor };
  }

  protected override nameOf({ id }: WireOwner): string {
    return id;
  }

  protected override render(): TemplateResult {
    return html`${super.render()}${this.#drawQuestion()}${this.#drawSecret()}`;
  }

  #drawQuestion(): TemplateResult | typeof nothing {
    const { rotationCode: code } = this;
    if (code === undefined || code === "") return nothing;
    return html`<tokenry-confirm-dialog
      .client=${this.managing}
      .texts=${this.texts}
      .heading=${this.say("rotation_title")}
      .action=${this.say("pair_rotate")}
      .refusal=${this.say("rotation_refuse")}
      .act=${() => this.#confirm(code)}
      .isOver=${isOver}
      .content=${html`<p>${this.say("rotation_text")}</p>`}
      @close-wanted=${this.#leave}
    ></tokenry-confirm-dialog>`;
  }

  #drawSecret(): TemplateResult | typeof nothing {
    if (this.holder === undefined) return nothing;
    return html`<tokenry-secret-dialog
      .client=${this.managing}
      .texts=${this.texts}
      .holder=${this.holder}
      @close-wanted=${() => {
        this.holder = undefined;
      }}
    ></tokenry-secret-dialog>`;
  }

  async #confirm(code: string): Promise<void> {
    const { token, secret } = await this.managing.confirmRotation(code).catch(asOfLink);
    this.rotationCode = undefined;
    this.holder = new SecretHolder(secret);
    this.tell("tokenry-issued", { tokenId: token.id, kind: token.kind });
    this.refreshSections();
  }

  readonly #leave = ({ detail }: CustomEvent<{ readonly refused: boolean }>): void => {
    const { rotationCode: code } = this;
    this.rotationCode = undefined;
    if (detail.refused && code !== undefined) void this.#cancel(code);
  };

  /** What was refused is to wait no longer. It ends by itself all the same: a failure needs no words. */
  async #cancel(code: string): Promise<void> {
    await this.managing.cancelRotationByCode(code).catch(() => {});
    this.tell("tokenry-changed", {});
    this.refreshSections();
  }
}

/** What a failure means for the link that was followed. */
function asOfLink(error: unknown): never {
  const isOthers = error instanceof ManagementError && error.code === "forbidden";
  throw isOthers ? new SaidError("rotation_of_other", error) : error;
}

/** Whether a link is of nothing that this person could do, now or later. */
function isOver(error: unknown): boolean {
  const isUsed = error instanceof ManagementError && error.code === "rotation_code_invalid";
  return isUsed || error instanceof SaidError;
}
