import type { Notifier } from "../../ports/notifier.ts";
import { sendingError } from "./failure.ts";
import { messageOf } from "./message.ts";
import { type MailOptions, resolveMailOptions } from "./options.ts";
import { render } from "./render.ts";

/**
 * Makes a notifier that mails owners about their tokens, through any transport of nodemailer.
 *
 * A notice without a recipient, without an address or of a type that is not mailed is done without sending. A recipient that the mail
 * server refuses for good is final; whatever else fails is tried again, under the same Message-ID.
 *
 * @throws TypeError or RangeError that names the path of a wrong option.
 *
 * @example
 * const notifier = mailNotifier({
 *   transport: createTransport("smtps://user:password@mail.acme.example"),
 *   from: "Acme <no-reply@acme.example>",
 *   app: { name: "Acme", url: "https://acme.example" },
 *   links: { tokens: () => "https://acme.example/settings/tokens" },
 * });
 */
export function mailNotifier<Profile = unknown>(options: MailOptions<Profile>): Notifier {
  const resolved = resolveMailOptions(options);
  return {
    async deliver(notice) {
      const mail = render(notice, resolved);
      if (mail === undefined) return;
      try {
        await resolved.transport.sendMail(messageOf(notice, mail, resolved));
      } catch (cause) {
        throw sendingError(cause, mail, notice.code !== undefined);
      }
    },
  };
}
