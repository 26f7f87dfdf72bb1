import type { EventType } from "../../model.ts";
import type { Notice } from "../../ports/notifier.ts";
import type { MailFormat } from "./format.ts";

/** The types of events that can be mailed: all that concern an owner. */
export type MailedType = Exclude<EventType, "zone.changed" | "zone.removed">;

/** What the links of a mail are called. */
export type MailLinkName = "tokens" | "confirmRotation" | "cancelRotation" | "help";

/** The application in whose name mails are sent. */
export interface MailApp {
  readonly name: string;
  /** Named at the end of every mail. */
  readonly url?: string;
}

/** A token in a mail. */
export interface MailToken {
  readonly name: string;
  /** What its kind is called in the language of the mail. */
  readonly kind: string | undefined;
  /** In words, with the zone. */
  readonly expiresAt: string | undefined;
}

/** Who did it. */
export type MailActor =
  | { readonly type: "owner" }
  /** The application itself. */
  | { readonly type: "application" }
  | { readonly type: "other"; readonly id: string };

/**
 * What a mail can say of a notice. All texts are single lines without control characters, in the language of the mail, and not escaped.
 * What a notice does not have is `undefined`.
 */
export interface MailFacts {
  /** As it was delivered: nothing in it is cleaned, and `code` is a credential. */
  readonly notice: Notice;
  readonly type: MailedType;
  readonly app: MailApp;
  /** BCP 47: for the `lang` of HTML. */
  readonly locale: string;
  readonly format: MailFormat;
  /** `undefined` where the mail is of several tokens, or of none. */
  readonly token: MailToken | undefined;
  /** The tokens of a mail about several, at most 20, in the order of the notice. */
  readonly tokens: readonly MailToken[];
  /** How many tokens the mail is about: 1, unless it is about several. */
  readonly count: number;
  readonly actor: MailActor;
  /** When it happened, with the zone. */
  readonly at: string | undefined;
  /** The end of the token, of the first of several tokens, or of the confirmation link; with the zone. */
  readonly expiresAt: string | undefined;
  /** How long that was from the notice on: "in 7 days". */
  readonly expiresIn: string | undefined;
  /** `token.expired`: when it did. */
  readonly expiredAt: string | undefined;
  /** Why, in words: of a revocation, or of a refusal. */
  readonly reason: string | undefined;
  readonly api: string | undefined;
  /** From where a refused call came. */
  readonly address: string | undefined;
  readonly zone: string | undefined;
  /** `token.leaked`: who reported it. */
  readonly source: string | undefined;
  /** `token.leaked`: where it was found. Others wrote it: show it, but make no link of it. */
  readonly location: string | undefined;
  /** `token.updated`: what, in words. */
  readonly changed: readonly string[];
  /** `token.issued` and `rotation.confirmed`: the token before is the backup now. */
  readonly hasBackup: boolean;
  /** `rotation.requested`: the link is sent once more. */
  readonly isResent: boolean;
  /** `token.leaked`: the token was ended at once. */
  readonly isRevoked: boolean;
  /** `owner.deprovisioned`: how many tokens ended. */
  readonly revoked: number | undefined;
  /** Checked addresses, as your options gave them for this notice. */
  readonly links: MailLinks;
}

/** The links of a mail, each if there is one. */
export type MailLinks = { readonly [Name in MailLinkName]?: string };
