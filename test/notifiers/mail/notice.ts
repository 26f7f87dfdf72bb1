import type { EventData, EventType, Notice, Owner } from "../../../src/index.ts";
import type { MailedType } from "../../../src/notifiers/mail/facts.ts";
import type { MailRenderOptions, RenderedMail } from "../../../src/notifiers/mail/index.ts";
import { renderMail } from "../../../src/notifiers/mail/index.ts";

export const AT: Date = new Date("2026-11-22T14:05:00Z");
export const DAY_MS = 86_400_000;
export const HOUR_MS = 3_600_000;

export const ADA: Owner = {
  id: "ada",
  account: "acme",
  active: true,
  email: "ada@acme.example",
};

export const CODE: string = `0193530e-0000-7000-8000-000000000000_${"0f".repeat(32)}`;

/** A notice to Ada about her laptop's token, done by herself. */
export function noticeOf(type: EventType, data: EventData, changes: Partial<Notice> = {}): Notice {
  return {
    ...{ id: "0193530e-a5c1-7b62-9d3c-6f1f0f4f2a10", type, at: AT, account: "acme", owner: "ada" },
    ...{ tokenId: "0193530e-0000-7000-8000-00000000000a", kind: "personal", actor: "ada" },
    ...{ outcome: "done", data, recipient: ADA, channel: "notifier", attempt: 1 },
    ...(type === "rotation.requested" ? { code: CODE } : {}),
    ...changes,
  };
}

/** A notice about several tokens, as `remind` and `sweep` write them: that of the first, which names them all. */
export function groupedNotice(
  type: "token.expiring" | "token.expired",
  count: number,
  data: EventData = {},
): Notice {
  const tokens = Array.from({ length: Math.min(count, 20) }, (_, index) => ({
    id: `id-${index}`,
    name: `token ${index}`,
    kind: "service",
    expiresAt: AT.getTime() + 7 * DAY_MS + index * HOUR_MS,
  }));
  const soonest = { expiresAt: AT.getTime() + 7 * DAY_MS, threshold: "7 days" };
  return noticeOf(
    type,
    {
      ...{ name: "token 0", count, tokens },
      ...(type === "token.expiring" ? soonest : {}),
      ...data,
    },
    { kind: "service", actor: "SYSTEM" },
  );
}

export const OPTIONS: MailRenderOptions = {
  app: { name: "Shop", url: "https://shop.example" },
  links: {
    tokens: () => "https://shop.example/tokens",
    confirmRotation: (code) => `https://shop.example/rotation?code=${code}`,
    cancelRotation: (code) => `https://shop.example/cancel?code=${code}`,
    help: () => "https://shop.example/help",
  },
};

/** The mail of a notice, which must be one. */
export function mailOf(notice: Notice, options: Partial<MailRenderOptions> = {}): RenderedMail {
  const mail = renderMail(notice, { ...OPTIONS, ...options });
  if (mail === undefined) throw new Error(`nothing is sent of ${notice.type}`);
  return mail;
}

/** Data as the operations write them, of each type that is mailed. */
export const DATA: { readonly [Type in MailedType]: EventData } = {
  "token.issued": { name: "laptop", slot: null },
  "token.revoked": { name: "laptop", reason: "left the team" },
  "token.regenerated": { name: "laptop", expiresAt: AT.getTime() + 90 * DAY_MS },
  "token.updated": { name: "laptop", changed: ["name", "access"], set: { name: "desk" } },
  "token.expiring": {
    ...{ name: "laptop", expiresAt: AT.getTime() + 7 * DAY_MS - 60_000, threshold: "7 days" },
  },
  "token.expired": { name: "laptop", slot: null, expiredAt: AT.getTime() - HOUR_MS },
  "token.leaked": {
    ...{ name: "laptop", source: "github", url: "https://github.com/a/b#L1", revoked: true },
  },
  "rotation.requested": { name: "laptop", expiresAt: AT.getTime() + HOUR_MS },
  "rotation.confirmed": { name: "laptop", backup: "0193530e-0000-7000-8000-00000000000b" },
  "rotation.cancelled": { name: "laptop" },
  "owner.deprovisioned": { revoked: 3 },
  "owner.refused": {
    ...{ name: "laptop", reason: "owner_inactive", api: "orders", address: "198.51.100.23" },
  },
  "network.refused": {
    ...{ name: "laptop", reason: "excluded", api: "orders", address: "198.51.100.23" },
    zone: "office",
  },
};

// The table has them all, or it would not compile.
export const TYPES: MailedType[] = Object.keys(DATA) as MailedType[];
