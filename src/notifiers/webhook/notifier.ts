import { NoticeError } from "../../errors.ts";
import type { Notice, Notifier } from "../../ports/notifier.ts";
import { atMost } from "./at-most.ts";
import type { CheckedEndpoint, EndpointPolicy } from "./endpoint.ts";
import { fetchSender } from "./fetch-sender.ts";
import { nodeModules } from "./node-modules.ts";
import { nodeSender } from "./node-sender.ts";
import {
  type ResolvedWebhookOptions,
  resolveWebhookOptions,
  type WebhookOptions,
} from "./options.ts";
import { judge } from "./outcome.ts";
import { bodyOf } from "./payload.ts";
import { isPublicAddress } from "./public-address.ts";
import { exchange, type Outgoing, type Sender } from "./sender.ts";
import { sign, WEBHOOK_ID } from "./signature.ts";

/**
 * Tells of notices by webhooks, as Standard Webhooks 1.0.0 has it: a POST of JSON with the headers `webhook-id` (the notice's id, the same at
 * every try), `webhook-timestamp` and `webhook-signature`, which `verifyWebhook` and the libraries of standardwebhooks.com verify.
 *
 * Safe for URLs that customers enter: only https, no redirects, and no address that is not public, whatever a name resolves to at the
 * moment (SSRF, DNS rebinding). A receiver that answers 2xx has it; 410 parks the notice; `Retry-After` is heeded; all else is tried again.
 *
 * Several endpoints for one notice are several channels of `fanOut`.
 *
 * @throws TypeError or RangeError that names the path of a wrong option.
 *
 * @example
 * const webhook = webhookNotifier({ endpoint: ({ account }) => endpoints.find(account), types: ["token.leaked", "token.revoked"] });
 */
export function webhookNotifier(options: WebhookOptions): Notifier {
  const resolved = resolveWebhookOptions(options);
  const send = senderFor(resolved);
  // Of endpoints that a function chooses each is its owner's: what one fails at holds up no other.
  const concernsChannel = typeof options.endpoint !== "function";
  return {
    async deliver(notice: Notice): Promise<void> {
      if (!resolved.isWanted(notice.type)) return;
      const endpoint = await findEndpoint(resolved, notice);
      if (endpoint === undefined) return;
      try {
        await post(resolved, send, { notice, endpoint });
      } catch (cause) {
        throw concernsChannel ? cause : ofReceiver(cause);
      }
    },
  };
}

async function post(
  options: ResolvedWebhookOptions,
  send: Sender,
  { notice, endpoint }: { readonly notice: Notice; readonly endpoint: CheckedEndpoint },
): Promise<void> {
  const { timeoutSeconds, userAgent, now } = options;
  const request = requestFor(notice, endpoint, { userAgent, now: now() });
  const answer = await exchange(send, request, timeoutSeconds);
  judge(answer, endpoint.url.hostname, now());
}

function ofReceiver(cause: unknown): NoticeError {
  const { isFinal, retryAfterMs } =
    cause instanceof NoticeError ? cause : { isFinal: false, retryAfterMs: undefined };
  const message = cause instanceof Error ? cause.message : String(cause);
  return new NoticeError(message, { isFinal, retryAfterMs, concernsChannel: false, cause });
}

/** Configuration may be mended before the next try, so a wrong endpoint is not final. */
async function findEndpoint(
  { endpointOf }: ResolvedWebhookOptions,
  notice: Notice,
): Promise<CheckedEndpoint | undefined> {
  try {
    return await endpointOf(notice);
  } catch (cause) {
    if (cause instanceof TypeError || cause instanceof RangeError)
      throw new NoticeError(cause.message, { concernsChannel: false, cause });
    throw cause;
  }
}

function requestFor(
  notice: Notice,
  { url, keys, headers }: CheckedEndpoint,
  { userAgent, now }: { readonly userAgent: string; readonly now: number },
): Outgoing {
  const { id } = notice;
  if (!WEBHOOK_ID.test(id)) throw new NoticeError("the id of the notice cannot be a webhook-id");
  const body = bodyOf(notice);
  const timestamp = Math.floor(now / 1000);
  return {
    url,
    body,
    headers: {
      ...headers,
      "content-type": "application/json",
      "user-agent": userAgent,
      "webhook-id": id,
      "webhook-timestamp": String(timestamp),
      "webhook-signature": keys.map((key) => `v1,${sign(key, { id, timestamp, body })}`).join(" "),
    },
  };
}

/** Names that are resolved at once: two of the four threads in which the platform does. */
const LOOKUPS = 2;

/** Asks for the platform's modules when the first notice goes: to make a notifier takes nothing. */
function senderFor({
  fetch,
  allowPrivateAddresses,
}: ResolvedWebhookOptions & EndpointPolicy): Sender {
  let made: Sender | undefined = fetch && fetchSender(fetch);
  return (request, signal) => {
    made ??= platformSender(allowPrivateAddresses);
    return made(request, signal);
  };
}

function platformSender(allowPrivateAddresses: boolean): Sender {
  const modules = nodeModules();
  if (modules === undefined) return fetchSender((...call) => fetch(...call));
  return nodeSender({
    modules,
    lookup: atMost(LOOKUPS, (host: string) => modules.dns.lookup(host, { all: true })),
    isAllowed: allowPrivateAddresses ? () => true : isPublicAddress,
  });
}
