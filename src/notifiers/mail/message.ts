import type { Notice } from "../../ports/notifier.ts";
import { asciiDomain, type MailAddress } from "./address.ts";

/** A mail as it is handed to the transport, in the words of nodemailer. */
export interface MailMessage {
  readonly from: MailAddress;
  readonly to: MailAddress;
  readonly replyTo?: MailAddress;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** The same at every try: programs show what arrives twice once. */
  readonly messageId: string;
  readonly headers: { readonly [name: string]: string };
}

/** What sends mails: any transport of nodemailer fits. */
export interface MailTransport {
  sendMail(message: MailMessage): Promise<unknown>;
}

/** What a notice is sent as. */
export interface RenderedMail {
  /** One checked address. */
  readonly to: string;
  /** At most 150 characters, on one line. */
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Addresses a mail. */
export function messageOf(
  { id, channel }: Notice,
  { to, ...content }: RenderedMail,
  { from, replyTo }: { readonly from: MailAddress; readonly replyTo: MailAddress | undefined },
): MailMessage {
  const notice = headerWord(id);
  return {
    from,
    // An object, as a text would be read as a list of addresses.
    to: { name: "", address: to },
    ...(replyTo === undefined ? {} : { replyTo }),
    ...content,
    messageId: `<${notice}.${headerWord(channel)}@${asciiDomain(from.address)}>`,
    // RFC 3834: nobody's absence note answers to it.
    headers: { "Auto-Submitted": "auto-generated", "X-Tokenry-Notice": notice },
  };
}

/** A word of a Message-ID, different for different texts; ids and most channels stay as they are. */
function headerWord(text: string): string {
  return text.replace(/[^\w-]/g, (unit) => `%${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
