import type { EventType } from "../model.ts";
import type { TextName } from "./texts.ts";

/** What an event looks like on the timeline. */
export type EventShape = "made" | "changed" | "ended" | "refused" | "waiting";

/** How events of a type are drawn and named in a list of types. */
export interface EventLooks {
  readonly shape: EventShape;
  readonly label: TextName;
}

/** Every type of event, in the order in which a list of types has them. */
export const EVENT_LOOKS: Readonly<Record<EventType, EventLooks>> = {
  "token.issued": { shape: "made", label: "type_token_issued" },
  "token.regenerated": { shape: "made", label: "type_token_regenerated" },
  "token.updated": { shape: "changed", label: "type_token_updated" },
  "token.revoked": { shape: "ended", label: "type_token_revoked" },
  "token.expiring": { shape: "waiting", label: "type_token_expiring" },
  "token.expired": { shape: "ended", label: "type_token_expired" },
  "token.leaked": { shape: "refused", label: "type_token_leaked" },
  "rotation.requested": { shape: "waiting", label: "type_rotation_requested" },
  "rotation.confirmed": { shape: "made", label: "type_rotation_confirmed" },
  "rotation.cancelled": { shape: "ended", label: "type_rotation_cancelled" },
  "network.refused": { shape: "refused", label: "type_network_refused" },
  "owner.refused": { shape: "refused", label: "type_owner_refused" },
  "owner.deprovisioned": { shape: "ended", label: "type_owner_deprovisioned" },
  "zone.changed": { shape: "changed", label: "type_zone_changed" },
  "zone.removed": { shape: "ended", label: "type_zone_removed" },
};

/** Whether a type is one that is known here. A server that is newer has more. */
export function isEventType(type: string): type is EventType {
  return Object.hasOwn(EVENT_LOOKS, type);
}

/** The shape of an event of any type. */
export function shapeOf(type: string): EventShape {
  return isEventType(type) ? EVENT_LOOKS[type].shape : "changed";
}
