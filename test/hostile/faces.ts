import { type Grant, SYSTEM, type Tokenry, TokenryError } from "../../src/index.ts";
import { ACCOUNT, ADA } from "../support/directory.ts";
import {
  type Check,
  either,
  isAbsent,
  isAnyText,
  isEmptyList,
  isEmptyObject,
  isId,
  isMethods,
  isNoticeCursor,
  isText,
  isWhole,
  isZoneName,
  never,
} from "./rights.ts";
import type { Target } from "./target.ts";

/** A function, what it is asked rightly, and what may rightly stand in each place of that. */
export interface Face {
  readonly name: string;
  readonly run: (tokens: Tokenry, request: never, target: Target) => unknown;
  readonly request: Readonly<Record<string, unknown>>;
  readonly rights: Readonly<Record<string, Check>>;
  /** What the whole request may be. Default: nothing else. */
  readonly whole?: Check;
}

const NETWORK = { include: ["10.0.0.0/8"], exclude: ["10.9.0.0/16"] };
const NETWORK_RIGHTS: Face["rights"] = {
  network: either(isAbsent, (value) => value === null),
  "network.include": either(isAbsent, isEmptyList),
  "network.exclude": either(isAbsent, isEmptyList),
  "network.include.0": never,
  "network.exclude.0": never,
};
const GRANT_RIGHTS: Face["rights"] = {
  access: either(isAbsent, isEmptyObject, isMethods),
  "access.orders": isEmptyList,
  "access.invoices.0": never,
  budgets: either(isAbsent, isEmptyObject),
  "budgets.orders": isWhole(1, 100),
  expiresIn: isAbsent,
  "expiresIn.months": never,
};
const GRANTS = {
  access: { orders: "read", invoices: ["GET"] },
  budgets: { orders: 40 },
  expiresIn: { months: 3 },
};
const isTypes: Check = (value) =>
  Array.isArray(value) && value.length > 0 && value.length <= 50 && value.every(isText(64));
const isInstant: Check = (value) => value instanceof Date && !Number.isNaN(value.getTime());
const TRAIL_RIGHTS: Face["rights"] = {
  ...{ account: isId, owner: either(isAbsent, isId), tokenId: either(isAbsent, isAnyText) },
  ...{ types: either(isAbsent, isTypes), "types.0": isText(64), actor: never },
  ...{ since: either(isAbsent, isInstant), until: either(isAbsent, isInstant) },
};
const isName: Check = (value) => typeof value === "string" && isText(128)(value.trim());
const tokenId = "";

/** A refusal is an end as good as a named error; one that says that something is out of order is an error of the library's own. */
export function grantedOr(grant: Grant): Grant {
  if (grant.ok) return grant;
  throw grant.code === "unavailable" ? new Error("was undecided") : new TokenryError("forbidden");
}

/** Every function that takes a request. */
export const FACES: readonly Face[] = [
  {
    name: "issue",
    run: (tokens, request) => tokens.issue(request),
    request: {
      kind: "application",
      owner: ADA,
      actor: SYSTEM,
      name: "x",
      network: NETWORK,
      ...GRANTS,
    },
    rights: {
      kind: never,
      owner: never,
      actor: never,
      name: isName,
      ...NETWORK_RIGHTS,
      ...GRANT_RIGHTS,
    },
  },
  {
    name: "regenerate",
    run: (tokens, request) => tokens.regenerate(request),
    request: { tokenId, actor: SYSTEM, expiresIn: { months: 3 } },
    rights: { tokenId: never, actor: never, expiresIn: isAbsent, "expiresIn.months": never },
  },
  {
    name: "rotate",
    run: (tokens, request) => tokens.rotate(request),
    request: { owner: ADA, kind: "direct", actor: SYSTEM },
    rights: { owner: never, kind: never, actor: never },
  },
  {
    name: "confirmRotation",
    run: (tokens, request) => tokens.confirmRotation(request),
    request: { code: "" },
    rights: { code: never },
  },
  {
    name: "pendingRotation",
    run: (tokens, request) => tokens.pendingRotation(request),
    request: { owner: ADA, kind: "web", actor: SYSTEM },
    rights: { owner: never, kind: never, actor: never },
  },
  {
    name: "owner",
    run: (tokens, request) => tokens.owner(request),
    request: { owner: ADA, actor: SYSTEM },
    rights: { owner: never, actor: never },
  },
  {
    name: "resendRotation",
    run: (tokens, request) => tokens.resendRotation(request),
    request: { owner: ADA, kind: "web", actor: SYSTEM },
    rights: { owner: never, kind: never, actor: never },
  },
  {
    name: "cancelRotation",
    run: (tokens, request) => tokens.cancelRotation(request),
    request: { owner: ADA, kind: "web", actor: SYSTEM },
    rights: { owner: never, kind: never, actor: never, code: never },
  },
  {
    name: "cancelRotation by code",
    run: (tokens, request) => tokens.cancelRotation(request),
    request: { code: "" },
    rights: { code: never, owner: never },
  },
  {
    name: "revoke",
    run: (tokens, request) => tokens.revoke(request),
    request: { tokenId, actor: SYSTEM, reason: "x" },
    rights: { tokenId: never, actor: never, reason: either(isAbsent, isText(255)) },
  },
  {
    name: "revokeAll",
    run: (tokens, request) => tokens.revokeAll(request),
    request: { owner: ADA, kind: "personal", actor: SYSTEM },
    rights: { owner: never, kind: isAbsent, actor: never },
  },
  {
    name: "reportLeak",
    run: (tokens, report, { secret }) => tokens.reportLeak(secret, report),
    request: { source: "scanner", url: "https://paste.example/1" },
    rights: { source: isAnyText, url: either(isAbsent, isAnyText) },
  },
  {
    name: "deprovision",
    run: (tokens, request) => tokens.deprovision(request),
    request: { owner: "nobody", actor: SYSTEM },
    rights: { owner: isId, actor: never },
  },
  {
    name: "update",
    run: (tokens, request) => tokens.update(request),
    request: { tokenId, actor: SYSTEM, name: "x", network: NETWORK, ...GRANTS },
    rights: {
      ...{ tokenId: never, actor: never, name: either(isAbsent, isName) },
      ...NETWORK_RIGHTS,
      ...GRANT_RIGHTS,
    },
  },
  {
    name: "get",
    run: (tokens, request) => tokens.get(request),
    request: { tokenId, actor: SYSTEM },
    rights: { tokenId: never, actor: never },
  },
  {
    name: "list",
    run: (tokens, request) => tokens.list(request),
    request: { owner: ADA, actor: SYSTEM },
    rights: {
      owner: never,
      kind: isAbsent,
      actor: never,
      cursor: isAbsent,
      limit: either(isAbsent, isWhole(1, 200)),
    },
  },
  {
    name: "events",
    run: (tokens, request) => tokens.events(request),
    request: { account: ACCOUNT, types: ["token.issued"], actor: SYSTEM },
    rights: {
      ...TRAIL_RIGHTS,
      limit: either(isAbsent, isWhole(1, 200)),
      cursor: either(isAbsent, (value) => typeof value === "string" && /^\d{1,15}$/.test(value)),
    },
  },
  {
    name: "exportEvents",
    run: async (tokens, request) => new Response(await tokens.exportEvents(request)).text(),
    request: { account: ACCOUNT, types: ["token.issued"], actor: SYSTEM },
    rights: TRAIL_RIGHTS,
  },
  {
    name: "notices.parked",
    run: (tokens, request) => tokens.notices.parked(request),
    request: { account: ACCOUNT, actor: SYSTEM },
    rights: {
      ...{ account: either(isAbsent, isId), actor: never },
      ...{ cursor: either(isAbsent, isNoticeCursor), limit: either(isAbsent, isWhole(1, 200)) },
    },
  },
  {
    name: "notices.retry",
    run: (tokens, request) => tokens.notices.retry(request),
    request: { account: ACCOUNT, actor: SYSTEM },
    rights: {
      ...{ account: either(isAbsent, isId), actor: never },
      ...{ id: either(isAbsent, isText(255)), channel: either(isAbsent, isText(64)) },
    },
  },
  {
    name: "zones.put",
    run: (tokens, request) => tokens.zones.put(request),
    request: {
      account: ACCOUNT,
      name: "home",
      ranges: ["10.0.0.0/8"],
      blocked: false,
      actor: SYSTEM,
    },
    rights: {
      ...{ account: isId, name: isZoneName, ranges: never, "ranges.0": never, actor: never },
      blocked: either(isAbsent, (value) => typeof value === "boolean"),
    },
  },
  {
    name: "zones.remove",
    run: (tokens, request) => tokens.zones.remove(request),
    request: { account: ACCOUNT, name: "home", actor: SYSTEM },
    rights: { account: never, name: never, actor: never },
  },
  {
    name: "zones.list",
    run: (tokens, request) => tokens.zones.list(request),
    request: { account: ACCOUNT, actor: SYSTEM },
    rights: { account: isId, actor: never },
  },
  {
    name: "grant",
    run: async (tokens, request, { secret }) => grantedOr(await tokens.grant(secret, request)),
    request: {
      access: { orders: "read", invoices: ["GET"] },
      ...{ apis: ["orders", "invoices"], address: "192.0.2.1" },
    },
    whole: either(isAbsent, isEmptyObject),
    rights: {
      access: either(isAbsent, isEmptyObject),
      "access.orders": either(isAbsent, (value) => value === "none", isEmptyList),
      "access.invoices.0": never,
      apis: isAbsent,
      "apis.0": never,
      address: either(isAbsent, isAnyText),
    },
  },
  {
    name: "grant by a reference",
    run: async (tokens, reference) => grantedOr(await tokens.grant(reference)),
    request: { tokenId },
    rights: { tokenId: never, secretCreatedAt: isAbsent },
  },
  {
    name: "recheck by a reference",
    run: async (tokens, reference) => grantedOr(await tokens.recheck(reference)),
    request: { tokenId },
    rights: { tokenId: never, secretCreatedAt: isAbsent },
  },
  {
    name: "verify",
    run: (tokens, request, { secret }) => tokens.verify(secret, request),
    request: { api: "orders", method: "GET", address: "192.0.2.1", cost: 1 },
    rights: {
      ...{ api: isAnyText, method: isAnyText, address: either(isAbsent, isAnyText) },
      cost: either(isAbsent, isWhole(1, Number.MAX_SAFE_INTEGER)),
    },
  },
];
