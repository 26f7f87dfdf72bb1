import { checkMethods, checkObject, quoted } from "../checks.ts";
import type { Notice, Notifier } from "../ports/notifier.ts";

const MOST_CHANNELS = 16;
const NAME = /^[a-z0-9_-]{1,64}$/;

/**
 * Sends every notice to several notifiers, each by a channel of its own: with its own tries and its own outcome, so that a webhook that is
 * down holds up no mail. The names of the channels are kept in the outbox: to rename one is to leave its notices waiting.
 *
 * The first one also gets what was committed before there were channels.
 *
 * @param notifiers 1 to 16 of them, by the name of their channel: 1 to 64 characters of a-z, 0-9, `_` and `-`.
 * @throws TypeError for what is no notifier or has channels itself; RangeError for a wrong name or number.
 *
 * @example
 * createTokenry({ ...options, notifier: fanOut({ mail, webhook: webhookNotifier({ endpoint }) }) });
 */
export function fanOut(notifiers: Readonly<Record<string, Notifier>>): Notifier {
  checkObject(notifiers, "notifiers");
  const entries = Object.entries(notifiers);
  const [first] = entries;
  if (first === undefined || entries.length > MOST_CHANNELS)
    throw new RangeError(`notifiers must be 1 to ${MOST_CHANNELS}`);
  for (const [name, notifier] of entries) checkMember(name, notifier);
  const byChannel = new Map(entries);
  return {
    channels: Object.freeze([...byChannel.keys()]),
    async deliver(notice: Notice): Promise<void> {
      await (byChannel.get(notice.channel) ?? first[1]).deliver(notice);
    },
  };
}

function checkMember(name: string, notifier: Notifier): void {
  if (!NAME.test(name))
    throw new RangeError(
      `notifiers: ${quoted(name)} must be 1 to 64 characters of a-z, 0-9, _ and -`,
    );
  checkMethods(notifier, ["deliver"], `notifiers.${name}`);
  if (notifier.channels !== undefined)
    throw new TypeError(`notifiers.${name} has channels of its own: name them all in one fanOut`);
}
