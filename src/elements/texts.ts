import { COMMON_TEXTS } from "./texts/common.ts";
import { EVENTS_TEXTS } from "./texts/events.ts";
import { FIELDS_TEXTS } from "./texts/fields.ts";
import { TOKENS_TEXTS } from "./texts/tokens.ts";
import { ZONES_TEXTS } from "./texts/zones.ts";

/** A text with `{placeholders}`, or one for each plural form of `{count}`, `other` at least. */
export type Text = string | ({ readonly other: string } & PluralForms);

type PluralForms = { readonly [Form in Intl.LDMLPluralRule]?: string };

/** Every text of the screens, in English. */
export const TEXTS = {
  ...COMMON_TEXTS,
  ...TOKENS_TEXTS,
  ...FIELDS_TEXTS,
  ...ZONES_TEXTS,
  ...EVENTS_TEXTS,
} as const satisfies Readonly<Record<string, Text>>;

/** The name of a text. */
export type TextName = keyof typeof TEXTS;

/** Texts in place of the English ones, all or some. */
export type Texts = { readonly [Name in TextName]?: Text };

/** What stands for a text's placeholders. */
export type TextValues = Readonly<Record<string, string | number>>;

/** Says a text: the replacement if there is one, its plural form by `count`, its placeholders filled in. */
export function say(name: TextName, { texts = {}, locale, values = {} }: Saying = {}): string {
  const own = texts[name];
  const text: Text = own ?? TEXTS[name];
  const { count } = values;
  // The forms of the texts that are here are those of English, whatever the page's language.
  const language = own === undefined ? "en" : locale;
  const form = typeof text === "string" ? text : formOf(text, language, count);
  return form.replace(/\{(\w+)\}/g, (whole, key: string) => {
    const value = values[key];
    if (value === undefined) return whole;
    return typeof value === "number" ? value.toLocaleString(locale) : value;
  });
}

/** How a text is said. */
export interface Saying {
  readonly texts?: Texts;
  /** A BCP 47 tag. Default: the browser's. */
  readonly locale?: string | undefined;
  readonly values?: TextValues;
}

function formOf(
  text: Exclude<Text, string>,
  locale: string | undefined,
  count: string | number | undefined,
): string {
  if (typeof count !== "number") return text.other;
  return text[pluralRules(locale).select(count)] ?? text.other;
}

// To make them takes long, and a list says many texts.
const made = new Map<string | undefined, Intl.PluralRules>();

function pluralRules(locale: string | undefined): Intl.PluralRules {
  const rules = made.get(locale) ?? new Intl.PluralRules(locale);
  made.set(locale, rules);
  return rules;
}
