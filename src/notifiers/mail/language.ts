import type { MailTexts } from "./texts.ts";

/** A language's table, and the locale in which it writes times and numbers. */
export interface Language {
  readonly locale: string;
  readonly texts: MailTexts;
}

/** The tag as BCP 47 writes it; `undefined` for what is none. */
export function canonicalTag(tag: unknown): string | undefined {
  if (typeof tag !== "string" || tag.length > 64) return undefined;
  try {
    return Intl.getCanonicalLocales(tag)[0];
  } catch {
    return undefined;
  }
}

/** The table that fits best: "de-AT", then "de", then English (RFC 4647 section 3.4). Times and numbers stay those of "de-AT". */
export function chooseLanguage(
  wanted: unknown,
  languages: ReadonlyMap<string, MailTexts>,
  english: MailTexts,
): Language {
  const locale = canonicalTag(wanted);
  for (let tag = locale; tag !== undefined; tag = shorterTag(tag)) {
    const texts = languages.get(tag);
    if (texts !== undefined && locale !== undefined) return { locale, texts };
  }
  return { locale: "en", texts: languages.get("en") ?? english };
}

function shorterTag(tag: string): string | undefined {
  const end = tag.lastIndexOf("-");
  return end < 0 ? undefined : tag.slice(0, end);
}
