import {
  checkFlag,
  checkFunctions,
  checkKeys,
  checkList,
  checkOneOf,
  checkText,
} from "../../checks.ts";
import { type Duration, EVENT_TYPES, type EventType } from "../../model.ts";
import type { Notice } from "../../ports/notifier.ts";
import {
  type CheckedEndpoint,
  checkEndpoint,
  type EndpointPolicy,
  type WebhookEndpoint,
} from "./endpoint.ts";
import { readSeconds } from "./time-span.ts";

/** Options of {@link webhookNotifier}. */
export interface WebhookOptions {
  /**
   * Where notices go: always there, or where a function says for each notice, by its account for example. Nothing: nobody wants it, and it
   * counts as delivered. What the function throws is tried again later.
   */
  readonly endpoint:
    | WebhookEndpoint
    | ((
        notice: Notice,
      ) => WebhookEndpoint | null | undefined | Promise<WebhookEndpoint | null | undefined>);
  /** Which events are told. Default all. */
  readonly types?: readonly EventType[];
  /** For the whole exchange, from the name's resolution to the end of the answer; 1 to 60 seconds, and below `delivery.timeout`. Default 10 seconds. */
  readonly timeout?: Duration;
  /** `true`: endpoints may be on loopback, in private networks and at other addresses that are not public. Default `false`. */
  readonly allowPrivateAddresses?: boolean;
  /** `true`: endpoints may be of http, and whoever is on the way can read what is told. Default `false`. */
  readonly allowHttp?: boolean;
  /** What `User-Agent` says. Visible ASCII. Default `"tokenry-webhook"`. */
  readonly userAgent?: string;
  /**
   * What sends, instead of Node's own client: for other platforms, or to go by a proxy. It must keep to `redirect: "manual"`. What names
   * resolve to is then its affair: only addresses in URLs are checked, and names that are never public. Default where there is no
   * node:https: the platform's.
   */
  readonly fetch?: typeof fetch;
  /** Milliseconds since 1970. Default `Date.now`. */
  readonly now?: () => number;
}

/** The checked options. */
export interface ResolvedWebhookOptions extends EndpointPolicy {
  /** Where a notice goes. */
  readonly endpointOf: (notice: Notice) => Promise<CheckedEndpoint | undefined>;
  readonly isWanted: (type: EventType) => boolean;
  readonly timeoutSeconds: number;
  readonly userAgent: string;
  readonly fetch: typeof fetch | undefined;
  readonly now: () => number;
}

const KEYS: ReadonlySet<string> = new Set([
  "endpoint",
  "types",
  "timeout",
  "allowPrivateAddresses",
  "allowHttp",
  "userAgent",
  "fetch",
  "now",
]);

const MOST_SECONDS = 60;
const LONGEST_USER_AGENT = 256;

/** Checks the options once. @throws TypeError or RangeError that names the path. */
export function resolveWebhookOptions(options: WebhookOptions): ResolvedWebhookOptions {
  checkKeys(options, KEYS, "options");
  const { timeout = { seconds: 10 }, now = Date.now, fetch } = options;
  checkFunctions({ now, fetch }, "options");
  const policy = {
    allowHttp: checkFlag(options.allowHttp, "options.allowHttp"),
    allowPrivateAddresses: checkFlag(
      options.allowPrivateAddresses,
      "options.allowPrivateAddresses",
    ),
  };
  return {
    ...policy,
    endpointOf: resolveEndpoint(options.endpoint, policy),
    isWanted: resolveTypes(options.types),
    timeoutSeconds: readSeconds(timeout, MOST_SECONDS, "options.timeout"),
    userAgent: resolveUserAgent(options.userAgent ?? "tokenry-webhook"),
    fetch,
    now,
  };
}

function resolveEndpoint(
  endpoint: WebhookOptions["endpoint"],
  policy: EndpointPolicy,
): ResolvedWebhookOptions["endpointOf"] {
  if (typeof endpoint !== "function") {
    const checked = checkEndpoint(endpoint, "options.endpoint", policy);
    return async () => checked;
  }
  return async (notice) => {
    const found = await endpoint(notice);
    return found === undefined || found === null
      ? undefined
      : checkEndpoint(found, "options.endpoint()", policy);
  };
}

function resolveTypes(given: readonly EventType[] | undefined): (type: EventType) => boolean {
  if (given === undefined) return () => true;
  // A cast, as the keys of an object are known to be no more than texts.
  const types = new Set(
    checkList(given, "options.types").map((type, index) =>
      checkOneOf(type, EVENT_TYPES, `options.types[${index}]`),
    ),
  );
  if (types.size === 0) throw new RangeError("options.types must not be empty");
  return (type) => types.has(type);
}

function resolveUserAgent(value: unknown): string {
  const text = checkText(value, LONGEST_USER_AGENT, "options.userAgent");
  if (/^[!-~](?:[ -~]*[!-~])?$/.test(text)) return text;
  throw new RangeError("options.userAgent holds what a header cannot");
}
