import type { Notice, Notifier } from "tokenry";
import type { Teller } from "./print.ts";

/** A notifier that prints its mails, and keeps them for the story to read. */
export interface Mailbox extends Notifier {
  readonly notices: Notice[];
}

export function createMailbox(tell: Teller, textOf: (notice: Notice) => string): Mailbox {
  const notices: Notice[] = [];
  return {
    notices,
    async deliver(notice) {
      notices.push(notice);
      tell.adds(`✉ to ${notice.recipient?.email}: ${textOf(notice)}`);
    },
  };
}
