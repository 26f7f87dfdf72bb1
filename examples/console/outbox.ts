import type { MailMessage, MailTransport } from "tokenry/mail";

/** A mail, and when it was sent. */
export interface SentMail {
  readonly at: Date;
  readonly message: MailMessage;
}

/** A transport that sends nothing and keeps what it was given, for the page that stands in for a mail program. */
export interface Outbox extends MailTransport {
  /** All mails, or those to one address, newest first. */
  mails(to?: string): readonly SentMail[];
}

const MOST_MAILS = 500;

export function createOutbox(now: () => number): Outbox {
  const sent: SentMail[] = [];
  return {
    async sendMail(message) {
      sent.unshift({ at: new Date(now()), message });
      sent.length = Math.min(sent.length, MOST_MAILS);
    },
    mails: (to) => sent.filter(({ message }) => to === undefined || message.to.address === to),
  };
}
