import {
  checkFunctions,
  checkKeys,
  checkList,
  checkMethods,
  checkObject,
  checkOneOf,
  checkText,
  quoted,
} from "../../checks.ts";
import type { Owner } from "../../model.ts";
import type { Notice } from "../../ports/notifier.ts";
import { checkMailbox, type MailAddress } from "./address.ts";
import { english } from "./english.ts";
import type { MailApp, MailedType, MailFacts } from "./facts.ts";
import { canonicalTag } from "./language.ts";
import { safeLink } from "./link.ts";
import type { MailTransport } from "./message.ts";
import type { MailTexts } from "./texts.ts";

/** What a mail says: its subject and both bodies. */
export interface MailBody {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Makes the mail of one type of notice itself. Escape what goes into `html`: `escapeHtml` does. */
export type MailTemplate = (facts: MailFacts) => MailBody;

/** Where links lead. A link must be of https or mailto, or of http to this machine; any other is left out. */
export interface MailLinkOptions {
  /** Where an owner sees its tokens. */
  readonly tokens?: (notice: Notice) => string;
  /**
   * The page that confirms a rotation; needed where a kind has `confirmRotation`. Mail scanners follow links: a GET of the page must
   * change nothing, only what the reader then does there.
   */
  readonly confirmRotation?: (code: string, notice: Notice) => string;
  /** The page that cancels a rotation, by the same code and with the same care. */
  readonly cancelRotation?: (code: string, notice: Notice) => string;
  readonly help?: (notice: Notice) => string;
}

/** What decides how a notice reads. */
export interface MailRenderOptions<Profile = unknown> {
  /** In whose name mails are sent. `url`: https, or http to this machine. */
  readonly app: MailApp;
  readonly links?: MailLinkOptions;
  /** The owner's language, as BCP 47: "de-AT" takes the table of "de-AT", else of "de", else English. Default English. */
  readonly locale?: (owner: Owner<Profile>) => string | undefined;
  /** Tables of texts by language, besides `english` or, as `en`, instead of it. */
  readonly languages?: Readonly<Record<string, MailTexts>>;
  /** The owner's time zone, of IANA. Default, and where it is unknown, UTC. */
  readonly timeZone?: (owner: Owner<Profile>) => string | undefined;
  /** Take the place of the texts and both layouts for single types. */
  readonly templates?: { readonly [Type in MailedType]?: MailTemplate };
  /** Which types are mailed. Default: all that concern an owner. */
  readonly types?: readonly MailedType[];
}

/** The options of `mailNotifier`. */
export interface MailOptions<Profile = unknown> extends MailRenderOptions<Profile> {
  /** Any transport of nodemailer, or what has its `sendMail`. Closing it is yours. */
  readonly transport: MailTransport;
  /** `Acme <no-reply@acme.example>`, or an address alone. */
  readonly from: string;
  /** Where answers go, in the same form. Default: to `from`. */
  readonly replyTo?: string;
}

/** The checked options that decide how a notice reads. */
export interface ResolvedRenderOptions {
  readonly app: MailApp;
  readonly links: MailLinkOptions;
  readonly locale: (owner: Owner) => unknown;
  readonly timeZone: (owner: Owner) => unknown;
  readonly languages: ReadonlyMap<string, MailTexts>;
  readonly templates: ReadonlyMap<MailedType, MailTemplate>;
  readonly types: ReadonlySet<MailedType>;
}

/** All checked options. */
export interface ResolvedMailOptions extends ResolvedRenderOptions {
  readonly transport: MailTransport;
  readonly from: MailAddress;
  readonly replyTo: MailAddress | undefined;
}

const KEYS: ReadonlySet<string> = new Set([
  "transport",
  "from",
  "replyTo",
  "app",
  "links",
  "locale",
  "languages",
  "timeZone",
  "templates",
  "types",
]);
const APP_KEYS: ReadonlySet<string> = new Set(["name", "url"]);
const LINK_KEYS: ReadonlySet<string> = new Set(Object.keys(english.links));
// The table has them all, or it would not compile.
const TYPES = Object.keys(english.messages) as MailedType[];

/** Checks the options of `mailNotifier` once. @throws TypeError or RangeError that names the path. */
export function resolveMailOptions<Profile>(options: MailOptions<Profile>): ResolvedMailOptions {
  const resolved = resolveRenderOptions(options);
  const { transport, from, replyTo } = options;
  checkMethods(transport, ["sendMail"], "options.transport");
  return {
    ...resolved,
    transport,
    from: checkMailbox(from, "options.from"),
    replyTo: replyTo === undefined ? undefined : checkMailbox(replyTo, "options.replyTo"),
  };
}

/** Checks the options that decide how a notice reads. @throws TypeError or RangeError that names the path. */
export function resolveRenderOptions<Profile>(
  options: MailRenderOptions<Profile>,
): ResolvedRenderOptions {
  checkKeys(options, KEYS, "options");
  const { locale, timeZone, links = {}, languages = {}, templates = {}, types = TYPES } = options;
  checkFunctions({ locale, timeZone }, "options");
  checkKeys(links, LINK_KEYS, "options.links");
  checkFunctions(links, "options.links");
  checkKeys(templates, new Set(TYPES), "options.templates");
  checkFunctions(templates, "options.templates");
  return {
    app: resolveApp(options.app),
    links: { ...links },
    locale: ownerFunction(locale),
    timeZone: ownerFunction(timeZone),
    languages: resolveLanguages(languages),
    // Casts, as the keys have just been checked, which the compiler does not follow.
    templates: new Map(Object.entries(templates) as [MailedType, MailTemplate][]),
    types: new Set(
      checkList(types, "options.types").map((type, index) =>
        checkOneOf(type, TYPES, `options.types[${index}]`),
      ),
    ),
  };
}

/** A cast, as the profile is that of the host's directory, of which its own function knows the type. */
function ownerFunction<Profile>(
  read: ((owner: Owner<Profile>) => string | undefined) | undefined,
): (owner: Owner) => unknown {
  return (owner) => read?.(owner as Owner<Profile>);
}

function resolveApp(app: MailApp): MailApp {
  checkKeys(app, APP_KEYS, "options.app");
  const name = checkText(app.name, 100, "options.app.name");
  if (app.url === undefined) return { name };
  const url = safeLink(checkText(app.url, 500, "options.app.url"));
  if (url?.startsWith("http") === true) return { name, url };
  throw new RangeError("options.app.url must be a URL of https, or of http to this machine");
}

function resolveLanguages(
  languages: Readonly<Record<string, MailTexts>>,
): ReadonlyMap<string, MailTexts> {
  checkObject(languages, "options.languages");
  const resolved = new Map<string, MailTexts>();
  for (const [tag, texts] of Object.entries(languages)) {
    const language = canonicalTag(tag);
    if (language === undefined)
      throw new RangeError(`options.languages: ${quoted(tag)} is not a language tag of BCP 47`);
    checkTexts(texts, `options.languages.${tag}`);
    resolved.set(language, texts);
  }
  return resolved;
}

/** A table must have every entry that the English one has: a mail is no place to find out. */
function checkTexts(texts: unknown, path: string): void {
  for (const [key, shape] of Object.entries(english))
    checkLike(read(texts, key, path), shape, `${path}.${key}`);
  checkOneOf(read(texts, "direction", path) ?? "ltr", ["ltr", "rtl"], `${path}.direction`);
  const kinds = read(texts, "kinds", path) ?? {};
  checkObject(kinds, `${path}.kinds`);
  for (const [kind, word] of Object.entries(kinds))
    checkText(word, 100, `${path}.kinds[${quoted(kind)}]`);
}

function checkLike(value: unknown, shape: unknown, path: string): void {
  if (typeof shape !== "object" || shape === null) {
    if (typeof value !== typeof shape) throw new TypeError(`${path} must be a ${typeof shape}`);
    return;
  }
  for (const [key, part] of Object.entries(shape))
    checkLike(read(value, key, path), part, `${path}[${quoted(key)}]`);
}

function read(value: unknown, key: string, path: string): unknown {
  checkObject(value, path);
  return value[key];
}
