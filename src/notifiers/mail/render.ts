import { NoticeError } from "../../errors.ts";
import type { Notice } from "../../ports/notifier.ts";
import { isAddress } from "./address.ts";
import { cleanLine } from "./clean.ts";
import { english } from "./english.ts";
import type { MailedType, MailFacts, MailLinks } from "./facts.ts";
import { letterHtml } from "./html.ts";
import { chooseLanguage } from "./language.ts";
import { composeLetter, LONGEST_SUBJECT } from "./letter.ts";
import { safeLink } from "./link.ts";
import type { RenderedMail } from "./message.ts";
import {
  type MailBody,
  type MailLinkOptions,
  type MailRenderOptions,
  type MailTemplate,
  type ResolvedRenderOptions,
  resolveRenderOptions,
} from "./options.ts";
import { factsOf } from "./read-facts.ts";
import { letterText } from "./text.ts";
import type { MailTexts } from "./texts.ts";

/**
 * Renders a notice as `mailNotifier` would send it, and sends nothing: for previews and tests, or for a sender of your own.
 *
 * `undefined` where nothing is to be sent: the type is not mailed, there is no recipient or no address of one, or the rotation that is to be
 * confirmed no longer waits.
 *
 * @throws NoticeError: final when the address is not exactly one, not final when `links.confirmRotation` is missing or gives no link.
 * TypeError or RangeError that names the path of a wrong option.
 *
 * @example
 * const mail = renderMail(notice, { app: { name: "Acme" } });
 */
export function renderMail<Profile = unknown>(
  notice: Notice,
  options: MailRenderOptions<Profile>,
): RenderedMail | undefined {
  return render(notice, resolveRenderOptions(options));
}

/** Renders a notice by checked options. See {@link renderMail}. */
export function render(notice: Notice, options: ResolvedRenderOptions): RenderedMail | undefined {
  const { type, recipient, code } = notice;
  if (!isMailed(type, options.types) || recipient === undefined) return undefined;
  if (recipient.email === undefined || recipient.email === "") return undefined;
  if (type === "rotation.requested" && code === undefined) return undefined;
  if (!isAddress(recipient.email))
    throw new NoticeError("the recipient's email is not exactly one address", { isFinal: true });
  const language = chooseLanguage(options.locale(recipient), options.languages, english);
  const zone = options.timeZone(recipient);
  const facts = factsOf(notice, type, {
    app: options.app,
    language,
    timeZone: typeof zone === "string" ? zone : undefined,
    links: linksOf(notice, options.links),
  });
  const template = options.templates.get(type);
  const body =
    template === undefined ? standardBody(facts, language.texts) : ownBody(template, facts);
  return { to: recipient.email, ...body };
}

function isMailed(type: string, types: ReadonlySet<string>): type is MailedType {
  return types.has(type);
}

function standardBody(facts: MailFacts, texts: MailTexts): MailBody {
  const letter = composeLetter(facts, texts);
  return { subject: letter.subject, text: letterText(letter), html: letterHtml(letter) };
}

/** A body that is no text could name a file to be sent instead. */
function ownBody(template: MailTemplate, facts: MailFacts): MailBody {
  const make = (): MailBody => template(facts);
  const { subject, text, html } =
    facts.notice.code === undefined ? make() : untold(make, `templates["${facts.type}"]`);
  if ([subject, text, html].some((part) => typeof part !== "string"))
    throw new TypeError(`options.templates["${facts.type}"] must give texts`);
  return { subject: cleanLine(subject, LONGEST_SUBJECT), text, html };
}

function linksOf(notice: Notice, links: MailLinkOptions): MailLinks {
  const { tokens, help } = links;
  return present({
    ...{ tokens: tokens?.(withoutCode(notice)), help: help?.(withoutCode(notice)) },
    ...(notice.type === "rotation.requested" ? rotationLinks(notice, links) : {}),
  });
}

/** The links that hold the code. Without the first the mail would be of no use, and once the option is there it is sent. */
function rotationLinks(
  notice: Notice,
  { confirmRotation, cancelRotation }: MailLinkOptions,
): { readonly confirmRotation: string; readonly cancelRotation: string | undefined } {
  if (confirmRotation === undefined)
    throw new NoticeError(
      "options.links.confirmRotation is missing: a rotation waits for its link",
    );
  const link = safeLink(codeLink(notice, confirmRotation, "confirmRotation"));
  if (link === undefined)
    throw new NoticeError("options.links.confirmRotation gives no link of https");
  const cancel = cancelRotation && codeLink(notice, cancelRotation, "cancelRotation");
  return { confirmRotation: link, cancelRotation: cancel };
}

function codeLink(
  notice: Notice,
  linkOf: (code: string, notice: Notice) => string,
  name: string,
): string {
  return untold(() => linkOf(notice.code ?? "", notice), `links.${name}`);
}

/** What a function throws that sees the code may hold it, so that nothing of it is told but its name. */
function untold<Value>(make: () => Value, option: string): Value {
  try {
    return make();
  } catch (cause) {
    const thrown = cause instanceof Error ? cause.name : typeof cause;
    // biome-ignore lint/style/useErrorCause: the cause may hold the code.
    throw new NoticeError(`options.${option} failed: ${thrown}`);
  }
}

/** For functions that make no link of the code. */
function withoutCode({ code: _, ...notice }: Notice): Notice {
  return notice;
}

function present(links: { readonly [Name in keyof MailLinks]: string | undefined }): MailLinks {
  const checked = Object.entries(links).map(([name, link]) => [name, safeLink(link)] as const);
  return Object.fromEntries(checked.filter(([, link]) => link !== undefined));
}
