import { checkKeys, checkObject } from "../../checks.ts";
import type { Duration } from "../../model.ts";
import type { WebhookPayload } from "./payload.ts";
import { readSecrets } from "./secret.ts";
import { isSame, sign, WEBHOOK_ID } from "./signature.ts";
import { readSeconds } from "./time-span.ts";

/** Header fields, as the Fetch standard or Node's `request.headers` has them. */
export type WebhookHeaders =
  | Headers
  | Readonly<Record<string, string | readonly string[] | undefined>>;

/** What came in. */
export interface WebhookRequest {
  /** As it came over the line, before anything parsed it. */
  readonly body: string | Uint8Array;
  readonly headers: WebhookHeaders;
}

/** What {@link verifyWebhook} goes by. */
export interface VerifyWebhookOptions {
  /** 1 to 8 secrets; what any of them has signed is accepted. */
  readonly secrets: readonly string[];
  /** How far the sender's clock and this one may differ, with the time on the way; 1 second to a day. Default 5 minutes. */
  readonly tolerance?: Duration;
  /** Milliseconds since 1970. Default `Date.now`. */
  readonly now?: () => number;
}

/** Whether a webhook is what it says. */
export type WebhookVerdict =
  | {
      readonly ok: true;
      /** The same whenever the event is told again: who must not act twice remembers it. */
      readonly id: string;
      /** When it was sent, to the second. */
      readonly timestamp: Date;
      readonly payload: WebhookPayload;
    }
  | {
      readonly ok: false;
      /** `malformed`: a header is twice there or not of its form, or what was signed is no JSON. `stale`: too old, or of the future. */
      readonly reason: "missing_header" | "malformed" | "stale" | "bad_signature";
    };

const KEYS: ReadonlySet<string> = new Set(["secrets", "tolerance", "now"]);
const DEFAULT_TOLERANCE: Duration = { minutes: 5 };
const DAY_SECONDS = 86_400;

const TIMESTAMP = /^(?:0|[1-9][0-9]{0,11})$/;
/** Signatures of any version, between single spaces; two headers that were joined are none. */
const SIGNATURES = /^[0-9A-Za-z]+,[0-9A-Za-z+/=_-]+(?: [0-9A-Za-z]+,[0-9A-Za-z+/=_-]+)*$/;
const LONGEST_SIGNATURES = 8192;
const VERSION = "v1,";

/**
 * Verifies a webhook of Standard Webhooks 1.0.0, tokenry's or another's: the signature over the raw bytes, and the time.
 *
 * What the payload says is taken at the word of who holds a secret; its form is not checked. A webhook may come twice, and within the
 * tolerance anybody who has seen one may send it again: act once for each `id`.
 *
 * @throws TypeError or RangeError for wrong options, and TypeError for a body that was parsed already.
 *
 * @example
 * const verdict = verifyWebhook({ body: await request.text(), headers: request.headers }, { secrets: [process.env.WEBHOOK_SECRET ?? ""] });
 * if (!verdict.ok) return new Response(verdict.reason, { status: 400 });
 */
export function verifyWebhook(
  request: WebhookRequest,
  options: VerifyWebhookOptions,
): WebhookVerdict {
  checkKeys(options, KEYS, "options");
  const keys = readSecrets(options.secrets, "options.secrets");
  const { tolerance = DEFAULT_TOLERANCE, now = Date.now } = options;
  const toleranceSeconds = readSeconds(tolerance, DAY_SECONDS, "options.tolerance");
  if (typeof now !== "function") throw new TypeError("options.now must be a function");
  const body = bytesOf(request);

  const head = readHead(request.headers);
  if (typeof head === "string") return refused(head);
  const { id, timestamp, signatures } = head;
  const age = Math.floor(now() / 1000) - timestamp;
  // So written, a clock that is no number makes everything stale.
  if (!(Math.abs(age) <= toleranceSeconds)) return refused("stale");
  const isSigned = keys
    .map((key) => sign(key, { id, timestamp, body }))
    .map((expected) => signatures.filter((signature) => isSame(signature, expected)).length)
    .some((matches) => matches > 0);
  if (!isSigned) return refused("bad_signature");
  const payload = parsed(body);
  return payload === undefined
    ? refused("malformed")
    : { ok: true, id, timestamp: new Date(timestamp * 1000), payload };
}

type Reason = Extract<WebhookVerdict, { ok: false }>["reason"];

function refused(reason: Reason): WebhookVerdict {
  return { ok: false, reason };
}

function bytesOf(request: WebhookRequest): Uint8Array {
  checkObject(request, "request");
  const { body } = request;
  if (typeof body === "string") return new TextEncoder().encode(body);
  if (body instanceof Uint8Array) return body;
  throw new TypeError("request.body must be the text or the bytes that came, not what was parsed");
}

interface Head {
  readonly id: string;
  readonly timestamp: number;
  /** Those of version 1. */
  readonly signatures: readonly string[];
}

function readHead(headers: WebhookHeaders): Head | Reason {
  checkObject(headers, "request.headers");
  const names = ["webhook-id", "webhook-timestamp", "webhook-signature"];
  const fields = names.map((name) => valuesOf(headers, name));
  if (fields.some((values) => values.length === 0)) return "missing_header";
  if (fields.some((values) => values.length > 1)) return "malformed";
  const [id = "", timestamp = "", signature = ""] = fields.flat();
  if (!WEBHOOK_ID.test(id) || !TIMESTAMP.test(timestamp)) return "malformed";
  if (signature.length > LONGEST_SIGNATURES || !SIGNATURES.test(signature)) return "malformed";
  return {
    id,
    timestamp: Number(timestamp),
    signatures: signature
      .split(" ")
      .filter((entry) => entry.startsWith(VERSION))
      .map((entry) => entry.slice(VERSION.length)),
  };
}

/** What is not empty of a field, under whatever case its name has. */
function valuesOf(headers: WebhookHeaders, name: string): readonly string[] {
  const values =
    typeof headers.get === "function"
      ? [headers.get(name)]
      : Object.entries(headers)
          .filter(([given]) => given.toLowerCase() === name)
          .flatMap(([, value]: [string, unknown]) => value);
  // What is no text is none of a header's values: it is kept as one that has no form.
  return values
    .filter((value) => value !== undefined && value !== null && value !== "")
    .map((value) => (typeof value === "string" ? value : " "));
}

function parsed(body: Uint8Array): WebhookPayload | undefined {
  try {
    // A cast, as the signature vouches for what was sent.
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body)) as WebhookPayload;
  } catch {
    return undefined;
  }
}
