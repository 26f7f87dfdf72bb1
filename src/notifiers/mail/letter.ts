import { cleanLine } from "./clean.ts";
import type { MailedType, MailFacts, MailLinkName } from "./facts.ts";
import type { MailLabel, MailTexts } from "./texts.ts";

/** A link under its name. */
export interface LetterLink {
  readonly text: string;
  readonly url: string;
}

/** A mail in parts, from which both bodies are laid out. Plain text, not escaped. */
export interface Letter {
  readonly locale: string;
  readonly direction: "ltr" | "rtl";
  readonly app: { readonly name: string; readonly url?: string };
  readonly subject: string;
  readonly heading: string;
  readonly body: readonly string[];
  /** The tokens of a mail about several. */
  readonly items: readonly string[];
  /** Labels and what they name. */
  readonly rows: readonly (readonly [label: string, value: string])[];
  readonly action: LetterLink | undefined;
  readonly advice:
    | {
        readonly heading: string;
        readonly body: readonly string[];
      }
    | undefined;
  /** Links after the advice. */
  readonly links: readonly LetterLink[];
  readonly footer: string;
}

/** As much of a subject as mail programs keep. */
export const LONGEST_SUBJECT = 150;

/** What is listed of each type, in this order. */
const ROWS: { readonly [Type in MailedType]: readonly MailLabel[] } = {
  "token.issued": ["token", "kind", "expires", "actor", "time"],
  "token.revoked": ["token", "kind", "reason", "actor", "time"],
  "token.regenerated": ["token", "kind", "expires", "actor", "time"],
  "token.updated": ["token", "kind", "actor", "time"],
  "token.expiring": ["token", "kind", "expires"],
  "token.expired": ["token", "kind", "expired"],
  "token.leaked": ["token", "kind", "source", "location", "time"],
  "rotation.requested": ["token", "kind", "confirmUntil", "actor", "time"],
  "rotation.confirmed": ["token", "kind", "actor", "time"],
  "rotation.cancelled": ["token", "kind", "actor", "time"],
  "owner.deprovisioned": ["actor", "time"],
  "owner.refused": ["token", "kind", "api", "address", "time"],
  "network.refused": ["token", "kind", "api", "address", "zone", "time"],
};

/** Puts what a language says of a notice, its facts and its links in their places. */
export function composeLetter(facts: MailFacts, texts: MailTexts): Letter {
  const { subject, heading, body, advice } = texts.messages[facts.type](facts);
  const { action, links } = placeLinks(facts, texts);
  return {
    locale: facts.locale,
    direction: texts.direction ?? "ltr",
    app: facts.app,
    subject: cleanLine(subject, LONGEST_SUBJECT),
    ...{ heading, body, advice, action, links },
    items: itemsOf(facts, texts),
    rows: ROWS[facts.type].flatMap((label) => {
      const value = labelled(facts, texts, label);
      return value === undefined ? [] : [[texts.labels[label], value] as const];
    }),
    footer: texts.footer(facts),
  };
}

function itemsOf(facts: MailFacts, texts: MailTexts): readonly string[] {
  const { tokens, count } = facts;
  const items = tokens.map(texts.item);
  return tokens.length > 0 && count > tokens.length ? [...items, texts.more(facts)] : items;
}

function labelled(facts: MailFacts, texts: MailTexts, label: MailLabel): string | undefined {
  switch (label) {
    case "token":
      return facts.token?.name;
    case "kind":
      return facts.token?.kind;
    case "time":
      return facts.at;
    case "actor":
      return actorOf(facts, texts);
    case "expires":
    case "confirmUntil":
      return facts.token === undefined ? undefined : facts.expiresAt;
    case "expired":
      return facts.expiredAt;
    case "reason":
    case "api":
    case "address":
    case "zone":
    case "source":
    case "location":
      return facts[label];
  }
}

/** Who did it, unless it was the reader. */
function actorOf(facts: MailFacts, texts: MailTexts): string | undefined {
  const { actor } = facts;
  if (actor.type === "owner") return undefined;
  return actor.type === "other" ? actor.id : texts.application(facts);
}

/** The button of a mail, unless there is nothing to be done by one, and the links that stand with the advice. */
function placeLinks(
  { type, links }: MailFacts,
  texts: MailTexts,
): { readonly action: LetterLink | undefined; readonly links: readonly LetterLink[] } {
  const linksOf = (...names: MailLinkName[]): LetterLink[] =>
    names.flatMap((name) => {
      const url = links[name];
      return url === undefined ? [] : [{ text: texts.links[name], url }];
    });
  if (type === "rotation.requested")
    return {
      action: linksOf("confirmRotation")[0],
      links: linksOf("cancelRotation", "tokens", "help"),
    };
  // Whose access has ended has no page of tokens to open any more.
  const action = type === "owner.deprovisioned" ? undefined : linksOf("tokens")[0];
  return { action, links: linksOf("help") };
}
