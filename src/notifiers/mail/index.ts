export type { MailAddress } from "./address.ts";
export { escapeHtml } from "./clean.ts";
export { english } from "./english.ts";
export type {
  MailActor,
  MailApp,
  MailedType,
  MailFacts,
  MailLinkName,
  MailLinks,
  MailToken,
} from "./facts.ts";
export type { MailFormat, PluralForms } from "./format.ts";
export { mailNotifier } from "./mail-notifier.ts";
export type { MailMessage, MailTransport, RenderedMail } from "./message.ts";
export type {
  MailBody,
  MailLinkOptions,
  MailOptions,
  MailRenderOptions,
  MailTemplate,
} from "./options.ts";
export { renderMail } from "./render.ts";
export type { MailContent, MailLabel, MailTexts } from "./texts.ts";
