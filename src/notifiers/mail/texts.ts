import type { MailedType, MailFacts, MailLinkName, MailToken } from "./facts.ts";

/** What a mail says in one language. Plain text: both bodies are made of it, and everything is escaped there. */
export interface MailContent {
  /** Cut to 150 characters: what matters comes first, the name of the token last. */
  readonly subject: string;
  readonly heading: string;
  /** Paragraphs: what happened, and what it means. */
  readonly body: readonly string[];
  /** What to do about it, under a heading of its own. */
  readonly advice?: { readonly heading: string; readonly body: readonly string[] } | undefined;
}

/** The names of the facts that a mail lists. */
export type MailLabel =
  | "token"
  | "kind"
  | "time"
  | "actor"
  | "expires"
  | "expired"
  | "confirmUntil"
  | "reason"
  | "api"
  | "address"
  | "zone"
  | "source"
  | "location";

/**
 * Everything that mails say in one language. `english` is such a table; spread it to change a few entries.
 *
 * @example
 * const languages = { en: { ...english, kinds: { personal: "personal access token" } } };
 */
export interface MailTexts {
  /** Default `"ltr"`. */
  readonly direction?: "ltr" | "rtl";
  readonly labels: Readonly<Record<MailLabel, string>>;
  readonly links: Readonly<Record<MailLinkName, string>>;
  /** What kinds are called, by their name in your options. Default: that name. */
  readonly kinds?: Readonly<Record<string, string>>;
  /** Reasons that tokenry gives, by their code; a reason that a person wrote is shown as it is. */
  readonly reasons: Readonly<Record<string, string>>;
  /** What can be changed of a token, by the name of the field. */
  readonly fields: Readonly<Record<string, string>>;
  /** Who did it where nobody did: the application itself. */
  readonly application: (facts: MailFacts) => string;
  /** A token of a list. */
  readonly item: (token: MailToken) => string;
  /** The last line of a list that names only some of `facts.count` tokens. */
  readonly more: (facts: MailFacts) => string;
  /** Why the mail was sent. */
  readonly footer: (facts: MailFacts) => string;
  readonly messages: { readonly [Type in MailedType]: (facts: MailFacts) => MailContent };
}
