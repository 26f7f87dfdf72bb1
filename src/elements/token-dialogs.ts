import type { TemplateResult } from "lit";
import { html, nothing } from "lit";
import type {
  ManagementClient,
  WireContext,
  WireDuration,
  WireKind,
  WireToken,
} from "../manage/client/index.ts";
import type { RepeatKey } from "./repeat-key.ts";
import type { SecretHolder } from "./secret-holder.ts";
import { type Saying, say, type TextName, type Texts, type TextValues } from "./texts.ts";
import type { TokenEntries } from "./token-entries.ts";

/** Which dialog is open, and what it is about. */
export type Opened =
  | { readonly type: "secret"; readonly holder: SecretHolder }
  | { readonly type: "form"; readonly token: WireToken | undefined; readonly key: RepeatKey }
  | {
      readonly type: "regenerate";
      readonly token: WireToken;
      readonly key: RepeatKey;
      /** What is chosen while the dialog is open. */
      readonly chosen: { expiresIn: WireDuration | undefined };
    }
  | { readonly type: "revoke"; readonly token: WireToken }
  | { readonly type: "revoke_all" };

/** What the dialogs do when they are confirmed. Each rejects when it could not be done. */
export interface TokenDeeds {
  readonly issue: (entries: TokenEntries, key: RepeatKey) => Promise<void>;
  readonly update: (token: WireToken, entries: TokenEntries, before: TokenEntries) => Promise<void>;
  readonly regenerate: (
    token: WireToken,
    expiresIn: WireDuration | undefined,
    key: RepeatKey,
  ) => Promise<void>;
  readonly revoke: (token: WireToken) => Promise<void>;
  readonly revokeAll: () => Promise<void>;
  readonly close: () => void;
}

/** What drawing a dialog needs of the section that it is over. */
export interface DialogView {
  readonly context: WireContext;
  readonly kind: string;
  readonly rules: WireKind;
  readonly client: ManagementClient;
  readonly saying: Saying & { readonly texts: Texts };
  /** Whose tokens they are, to be typed before all end. */
  readonly ownerName: string;
  /** Whether they are somebody else's. */
  readonly isOthers: boolean;
  readonly deeds: TokenDeeds;
}

/** Draws the dialog that is open. */
export function drawTokenDialog(opened: Opened, view: DialogView): TemplateResult {
  switch (opened.type) {
    case "secret":
      return html`<tokenry-secret-dialog
        .client=${view.client}
        .texts=${view.saying.texts}
        .holder=${opened.holder}
        .ownerName=${view.isOthers ? view.ownerName : undefined}
        @close-wanted=${view.deeds.close}
      ></tokenry-secret-dialog>`;
    case "form":
      return drawForm(opened, view);
    case "regenerate":
      return drawRegenerate(opened, view);
    case "revoke":
      return drawRevoke(opened.token, view);
    case "revoke_all":
      return drawRevokeAll(view);
  }
}

function drawForm(
  { token, key }: Extract<Opened, { readonly type: "form" }>,
  view: DialogView,
): TemplateResult {
  const { deeds, rules } = view;
  const isSingle = rules.slots !== "many";
  const save =
    token === undefined
      ? (entries: TokenEntries) => deeds.issue(entries, key)
      : (entries: TokenEntries, before: TokenEntries) => deeds.update(token, entries, before);
  const names = token === undefined ? newNames(rules) : (["form_edit", "save"] as const);
  return html`<tokenry-token-form
    .client=${view.client}
    .texts=${view.saying.texts}
    .context=${view.context}
    .rules=${rules}
    .token=${token}
    .suggested=${isSingle ? saying(view, "single_name") : undefined}
    .heading=${saying(view, names[0])}
    .action=${saying(view, names[1])}
    .save=${save}
    @close-wanted=${deeds.close}
  ></tokenry-token-form>`;
}

/** What a new token's form and its button say: each source has its words. */
function newNames({ slots, issuedBy }: WireKind): readonly [TextName, TextName] {
  if (slots !== "many") return ["form_generate", "generate"];
  return issuedBy === "manager" ? ["form_add", "save"] : ["form_create", "create"];
}

function drawRegenerate(
  { token, key, chosen }: Extract<Opened, { readonly type: "regenerate" }>,
  view: DialogView,
): TemplateResult {
  const { expiry } = view.rules;
  const choose = ({ currentTarget }: Event): void => {
    // The cast: the field says in its class what its `value` is.
    chosen.expiresIn = (currentTarget as HTMLElement & { readonly value: WireDuration }).value;
  };
  const field =
    expiry.type === "choice"
      ? html`<tokenry-expiry-field
          .expiry=${expiry}
          .value=${chosen.expiresIn}
          .texts=${view.saying.texts}
          @change=${choose}
        ></tokenry-expiry-field>`
      : nothing;
  return html`<tokenry-confirm-dialog
    .client=${view.client}
    .texts=${view.saying.texts}
    .heading=${saying(view, "regenerate_title")}
    .content=${html`<p>${saying(view, "regenerate_text", { name: token.name })}</p>
      ${field}`}
    .action=${saying(view, "regenerate")}
    .act=${() => view.deeds.regenerate(token, chosen.expiresIn, key)}
    @close-wanted=${view.deeds.close}
  ></tokenry-confirm-dialog>`;
}

function drawRevoke(token: WireToken, view: DialogView): TemplateResult {
  const { slots, issuedBy } = view.rules;
  const action = slots === "many" && issuedBy === "manager" ? "revoke_token" : "revoke";
  const text = saying(view, "revoke_text", { name: token.name, hint: token.hint });
  return html`<tokenry-confirm-dialog
    ends
    .client=${view.client}
    .texts=${view.saying.texts}
    .heading=${saying(view, "revoke_title")}
    .content=${withWarning(text, view)}
    .action=${saying(view, action)}
    .act=${() => view.deeds.revoke(token)}
    @close-wanted=${view.deeds.close}
  ></tokenry-confirm-dialog>`;
}

function drawRevokeAll(view: DialogView): TemplateResult {
  const text = saying(view, "revoke_all_text", { owner: view.ownerName, kind: view.kind });
  return html`<tokenry-confirm-dialog
    ends
    .client=${view.client}
    .texts=${view.saying.texts}
    .heading=${saying(view, "revoke_all_title")}
    .content=${withWarning(text, view)}
    .action=${saying(view, "revoke_all_tokens")}
    .expected=${view.ownerName}
    .act=${view.deeds.revokeAll}
    @close-wanted=${view.deeds.close}
  ></tokenry-confirm-dialog>`;
}

function withWarning(text: string, view: DialogView): TemplateResult {
  return html`<p>${text}</p>
    <div class="note warning"><p>${saying(view, "revoke_warning")}</p></div>`;
}

function saying(view: DialogView, name: TextName, values: TextValues = {}): string {
  return say(name, { ...view.saying, values });
}
