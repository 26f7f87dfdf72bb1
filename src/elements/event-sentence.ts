import type { WireEvent } from "../manage/client/index.ts";
import type { EventType } from "../model.ts";
import { isEventType } from "./event-types.ts";
import { type Saying, say, type TextName, type TextValues } from "./texts.ts";

/** How the host's own code is named as an actor in events. */
const SYSTEM_ID = "SYSTEM";

type Said = readonly [name: TextName, values?: TextValues];

/**
 * What happened, in a sentence.
 *
 * @example
 * eventSentence(event, { locale: "en" }); // "carol made the token “nightly build”"
 */
export function eventSentence(event: WireEvent, saying: Saying): string {
  const { type, data } = event;
  const [name, values] = isEventType(type) ? SENTENCES[type](event, saying) : OTHER;
  const common = {
    type,
    actor: event.actor === SYSTEM_ID ? say("the_application_begins", saying) : event.actor,
    owner: event.owner ?? "",
    name: textOf(data.name) ?? event.tokenId ?? say("token_unknown", saying),
    zone: textOf(data.zone) ?? "",
  };
  return say(name, { ...saying, values: { ...common, ...values } });
}

/** Who did it. */
export function actorWords(actor: string, saying: Saying): string {
  return actor === SYSTEM_ID ? say("the_application", saying) : actor;
}

/** Whether the sentence of an event names who did it. */
export function namesActor({ type }: WireEvent): boolean {
  return !UNNAMED.has(type);
}

const OTHER: Said = ["event_other"];
const UNNAMED: ReadonlySet<string> = new Set([
  "token.expiring",
  "token.expired",
  "token.leaked",
  "owner.refused",
  "network.refused",
] satisfies EventType[]);

const SENTENCES: Readonly<Record<EventType, (event: WireEvent, saying: Saying) => Said>> = {
  "token.issued": ({ data }) => [data.backup == null ? "event_issued" : "event_issued_backup"],
  "token.revoked": revoked,
  "token.regenerated": () => ["event_regenerated"],
  "token.updated": ({ data }, saying) => ["event_updated", { changed: partsOf(data, saying) }],
  "token.expiring": expiring,
  "token.expired": ({ data }) => [
    data.slot === "pending" ? "event_rotation_expired" : "event_expired",
  ],
  "token.leaked": ({ data }) => [
    data.revoked === true ? "event_leaked_revoked" : "event_leaked",
    { source: textOf(data.source) ?? "" },
  ],
  "rotation.requested": ({ data }) => [data.resent === true ? "event_resent" : "event_requested"],
  "rotation.confirmed": () => ["event_confirmed"],
  "rotation.cancelled": () => ["event_cancelled"],
  "owner.deprovisioned": ({ data }) => ["event_deprovisioned", { count: countOf(data.revoked) }],
  "owner.refused": (event, saying) => ["event_owner_refused", refusalOf(event, saying)],
  "network.refused": (event, saying) => ["event_network_refused", refusalOf(event, saying)],
  "zone.changed": ({ data }) => [
    data.blocked === true ? "event_zone_blocked" : "event_zone_changed",
    { count: countOf(data.ranges) },
  ],
  "zone.removed": () => ["event_zone_removed"],
};

/** What the core gives as a reason; hosts give reasons of their own too. */
const REASONS: Readonly<Record<string, TextName>> = {
  rotated: "reason_rotated",
  "all revoked": "reason_all_revoked",
  "owner deprovisioned": "reason_deprovisioned",
  leaked: "reason_leaked",
  "revoked by its own secret": "reason_own_secret",
  not_included: "reason_not_included",
  excluded: "reason_excluded",
  blocked: "reason_blocked",
  unknown_zone: "reason_unknown_zone",
  no_address: "reason_no_address",
  bad_address: "reason_bad_address",
  owner_inactive: "reason_owner_inactive",
  api_access_disabled: "reason_api_access_disabled",
};

const PARTS: Readonly<Record<string, TextName>> = {
  name: "part_name",
  access: "part_access",
  network: "part_network",
  budgets: "part_budgets",
  expiresAt: "part_expiresAt",
};

function revoked({ data }: WireEvent, saying: Saying): Said {
  return data.reason === undefined
    ? ["event_revoked"]
    : ["event_revoked_because", { reason: reasonOf(data, saying) }];
}

function expiring({ data }: WireEvent, { locale }: Saying): Said {
  if (typeof data.expiresAt !== "number") return ["event_expiring_soon"];
  const day = new Date(data.expiresAt).toLocaleDateString(locale, { dateStyle: "medium" });
  return ["event_expiring", { day }];
}

function refusalOf({ data }: WireEvent, saying: Saying): TextValues {
  const address = textOf(data.address) ?? say("address_unknown", saying);
  return { address, reason: reasonOf(data, saying) };
}

function reasonOf({ reason, zone }: WireEvent["data"], saying: Saying): string {
  const given = textOf(reason) ?? "";
  const known = Object.hasOwn(REASONS, given) ? REASONS[given] : undefined;
  if (known === undefined) return given;
  return say(known, { ...saying, values: { zone: textOf(zone) ?? "" } });
}

function partsOf({ changed }: WireEvent["data"], saying: Saying): string {
  const parts = Array.isArray(changed) ? changed : [];
  const words = parts.map((part) => {
    const name = textOf(part) ?? "";
    const known = Object.hasOwn(PARTS, name) ? PARTS[name] : undefined;
    return known === undefined ? name : say(known, saying);
  });
  return new Intl.ListFormat(saying.locale).format(words);
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function countOf(value: unknown): number {
  return typeof value === "number" ? value : 0;
}
