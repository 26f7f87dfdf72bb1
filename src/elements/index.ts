import { ConfirmDialog } from "./confirm-dialog.ts";
import { define } from "./define.ts";
import type { TokenryEventMap } from "./event-details.ts";
import { TokenryEvents } from "./events-element.ts";
import { defineFields } from "./fields.ts";
import { TokenryOwnerTokens } from "./owner-tokens-element.ts";
import { SecretDialog } from "./secret-dialog.ts";
import { TokenForm } from "./token-form.ts";
import { TokenryTokens } from "./tokens-element.ts";
import { ManyTokens } from "./tokens-many.ts";
import { PairTokens } from "./tokens-pair.ts";
import { SingleTokens } from "./tokens-single.ts";
import { TokenryZones } from "./zones-element.ts";

export type {
  AllRevokedDetail,
  TokenEventDetail,
  TokenryEventDetails,
  TokenryEventMap,
} from "./event-details.ts";
export { TEXTS, type Text, type TextName, type Texts } from "./texts.ts";
export { TokenryEvents, TokenryOwnerTokens, TokenryTokens, TokenryZones };

declare global {
  interface HTMLElementTagNameMap {
    "tokenry-tokens": TokenryTokens;
    "tokenry-owner-tokens": TokenryOwnerTokens;
    "tokenry-zones": TokenryZones;
    "tokenry-events": TokenryEvents;
  }
  interface HTMLElementEventMap extends TokenryEventMap {}
}

/**
 * Gives the screens their names: `tokenry-tokens`, `tokenry-owner-tokens`, `tokenry-zones`, `tokenry-events`, and what they are made of.
 * Names that are taken stay as they are.
 *
 * @example
 * import { defineElements } from "tokenry/elements";
 * defineElements();
 */
export function defineElements(): void {
  defineFields();
  define("tokenry-confirm-dialog", ConfirmDialog);
  define("tokenry-secret-dialog", SecretDialog);
  define("tokenry-token-form", TokenForm);
  define("tokenry-single-tokens", SingleTokens);
  define("tokenry-many-tokens", ManyTokens);
  define("tokenry-pair-tokens", PairTokens);
  define("tokenry-tokens", TokenryTokens);
  define("tokenry-owner-tokens", TokenryOwnerTokens);
  define("tokenry-zones", TokenryZones);
  define("tokenry-events", TokenryEvents);
}
