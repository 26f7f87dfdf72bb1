import { html, type TemplateResult } from "lit";
import type { ManagementClient } from "../manage/client/index.ts";
import { type Saying, say, type TextName, type Texts } from "./texts.ts";

/** What is done to a pair on Save. */
export interface Plan {
  readonly rotate: boolean;
  readonly delete: boolean;
}

/** One thing that can be planned. */
export type Planned = keyof Plan;

export const NO_PLAN: Plan = { rotate: false, delete: false };

/** What drawing the question needs. */
export interface PlanView {
  readonly client: ManagementClient;
  readonly saying: Saying & { readonly texts: Texts };
  /** Whether a rotation waits for a link. */
  readonly confirms: boolean;
  readonly plan: () => Promise<void>;
  readonly close: () => void;
}

/** Asks before something is planned. */
export function drawPlanDialog(planned: Planned, view: PlanView): TemplateResult {
  const { saying, confirms } = view;
  const rotates = confirms ? "pair_rotate_link_text" : "pair_rotate_text";
  const words = (name: TextName): string => say(name, saying);
  return html`<tokenry-confirm-dialog
    ?ends=${planned === "delete"}
    .client=${view.client}
    .texts=${saying.texts}
    .heading=${words(`pair_${planned}_title`)}
    .action=${words(`pair_${planned}`)}
    .content=${html`<p>${words(planned === "rotate" ? rotates : "pair_delete_text")}</p>
      <p class="muted">${words("pair_on_save")}</p>`}
    .act=${view.plan}
    @close-wanted=${view.close}
  ></tokenry-confirm-dialog>`;
}
