import type {
  WireContext,
  WireEventPage,
  WireIssued,
  WireIssueRequest,
  WireOwner,
  WireParkedNoticePage,
  WireRegenerateRequest,
  WireRetryRequest,
  WireRotation,
  WireToken,
  WireTokenPage,
  WireUpdateRequest,
  WireZone,
  WireZoneRequest,
} from "../schemas.ts";
import { ManagementError } from "./management-error.ts";
import { createSend, type SendOptions } from "./send.ts";

/** Which page of a list. */
export interface PageChoice {
  readonly cursor?: string | undefined;
  /** 1 to 200. Default 20. */
  readonly limit?: number | undefined;
}

/** Which part of the audit trail. */
export interface EventsChoice extends PageChoice {
  readonly owner?: string | undefined;
  readonly tokenId?: string | undefined;
  readonly type?: readonly string[] | undefined;
  /** ISO 8601. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

/** How the replacement of a zone is guarded. */
export interface ZoneGuard {
  /** Only while the zone has this version, or for `null` while there is none of the name; `precondition_failed` otherwise. */
  readonly version?: string | null | undefined;
}

/** How a change is guarded. */
export interface ChangeGuard {
  /** Only while the token has this version; `precondition_failed` otherwise. */
  readonly version?: number | undefined;
}

/** What makes a repeated request the same one: a text that no other request has, `crypto.randomUUID()` say. */
export interface RepeatGuard {
  readonly idempotencyKey?: string | undefined;
}

/** The management API, typed. Every call rejects with a `ManagementError`. */
export interface ManagementClient {
  /** Who is signed in, and what there is to manage. */
  context(): Promise<WireContext>;
  /** What the application says of an owner now. */
  owner(owner: string): Promise<WireOwner>;
  /** Living tokens, oldest first. */
  tokens(owner: string, choice?: PageChoice & { readonly kind?: string }): Promise<WireTokenPage>;
  token(id: string): Promise<WireToken>;
  /** Issues a token. Its secret is in this answer and in no other. */
  issue(owner: string, request: WireIssueRequest, guard?: RepeatGuard): Promise<WireIssued>;
  /** Changes a token; what is absent stays, `network: null` takes it away. */
  update(id: string, request: WireUpdateRequest, guard?: ChangeGuard): Promise<WireToken>;
  /** Gives a token another secret; the one before opens nothing from then on. */
  regenerate(
    id: string,
    request?: WireRegenerateRequest,
    guard?: RepeatGuard & ChangeGuard,
  ): Promise<WireIssued>;
  /** Ends a token for good. Doing it again does nothing. */
  revoke(id: string): Promise<void>;
  /** Ends all tokens of an owner, or all of a kind. */
  revokeAll(owner: string, choice?: { readonly kind?: string }): Promise<{ revoked: number }>;
  /** Whether a rotation waits for its link. */
  rotation(owner: string, kind: string): Promise<WireRotation>;
  /** A new primary at once, or a rotation that waits for its link. */
  rotate(owner: string, kind: string, guard?: RepeatGuard): Promise<WireIssued | WireRotation>;
  /** Sends the link of a rotation that waits once more. */
  resendRotation(owner: string, kind: string): Promise<WireRotation>;
  /** Takes back a rotation that waits. */
  cancelRotation(owner: string, kind: string): Promise<{ cancelled: boolean }>;
  /** Carries out a rotation by the code of its link. */
  confirmRotation(code: string): Promise<WireIssued>;
  /** Takes back the rotation of a link. */
  cancelRotationByCode(code: string): Promise<{ cancelled: boolean }>;
  /** The network zones of the account, by name. */
  zones(): Promise<{ zones: WireZone[] }>;
  /** Makes a zone, or replaces the whole of it. */
  putZone(name: string, request: WireZoneRequest, guard?: ZoneGuard): Promise<WireZone>;
  /** Removes a zone that no living token refers to. */
  removeZone(name: string): Promise<void>;
  /** The audit trail, newest first. */
  events(choice?: EventsChoice): Promise<WireEventPage>;
  /** Notices that could not be delivered. */
  parkedNotices(choice?: PageChoice): Promise<WireParkedNoticePage>;
  /** Has parked notices delivered again, all or one. */
  retryNotices(request?: WireRetryRequest): Promise<{ retried: number }>;
}

/**
 * Calls the management API of the application that a page is of, by the session that the browser has.
 *
 * @throws TypeError for a wrong option.
 *
 * @example
 * const client = managementClient({ baseUrl: "/tokenry" });
 * const { tokens } = await client.tokens("ada");
 */
export function managementClient(options: SendOptions): ManagementClient {
  const send = createSend(options);
  const ofToken = (id: string): string => `/tokens/${segment(id)}`;
  const ofOwner = (owner: string): string => `/owners/${segment(owner)}`;
  const ofPair = (owner: string, kind: string): string =>
    `${ofOwner(owner)}/rotations/${segment(kind)}`;
  const ofZone = (name: string): string => `/zones/${segment(name)}`;
  return {
    context: () => send("GET", "/context"),
    owner: async (owner) => send("GET", ofOwner(owner)),
    tokens: async (owner, query) => send("GET", `${ofOwner(owner)}/tokens`, { query }),
    token: async (id) => send("GET", ofToken(id)),
    issue: async (owner, body, guard) =>
      send("POST", `${ofOwner(owner)}/tokens`, { body, ...guard }),
    update: async (id, body, guard) => send("PATCH", ofToken(id), { body, ...guard }),
    regenerate: async (id, body = {}, guard) =>
      send("POST", `${ofToken(id)}/regenerate`, { body, ...guard }),
    revoke: async (id) => send("DELETE", ofToken(id)),
    revokeAll: async (owner, query) => send("DELETE", `${ofOwner(owner)}/tokens`, { query }),
    rotation: async (owner, kind) => send("GET", ofPair(owner, kind)),
    rotate: async (owner, kind, guard) => send("POST", ofPair(owner, kind), { body: {}, ...guard }),
    resendRotation: async (owner, kind) =>
      send("POST", `${ofPair(owner, kind)}/resend`, { body: {} }),
    cancelRotation: async (owner, kind) => send("DELETE", ofPair(owner, kind)),
    confirmRotation: (code) => send("POST", "/rotations/confirm", { body: { code } }),
    cancelRotationByCode: (code) => send("POST", "/rotations/cancel", { body: { code } }),
    zones: () => send("GET", "/zones"),
    putZone: async (name, body, guard) => send("PUT", ofZone(name), { body, ...guard }),
    removeZone: async (name) => send("DELETE", ofZone(name)),
    events: (query) => send("GET", "/events", { query }),
    parkedNotices: (query) => send("GET", "/notices/parked", { query }),
    retryNotices: (body = {}) => send("POST", "/notices/retry", { body }),
  };
}

/** A part of a path. Of an empty one, and of dots, a URL would make another path: the API would be asked for something else. */
function segment(text: string): string {
  if (/^\.{0,2}$/.test(text) || /[\ud800-\udfff]/u.test(text)) {
    const title = "There is no such token, owner or zone.";
    throw new ManagementError({ code: "not_found", status: 404, title });
  }
  return encodeURIComponent(text);
}
