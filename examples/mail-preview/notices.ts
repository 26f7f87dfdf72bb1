import type { EventData, EventType, Notice, Owner } from "tokenry";

/** A notice with the name of its page. */
export interface Sample {
  readonly title: string;
  readonly notice: Notice;
}

const AT = new Date("2026-11-22T14:05:00Z");
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

const ADA: Owner = { id: "ada", account: "acme", active: true, email: "ada@acme.example" };

/** The shape of a code, which opens nothing. */
const CODE = `0193530e-0000-7000-8000-000000000000_${"0f".repeat(32)}`;

function sample(
  title: string,
  type: EventType,
  data: EventData,
  changes: Partial<Notice> = {},
): Sample {
  const notice: Notice = {
    ...{ id: "0193530e-a5c1-7b62-9d3c-6f1f0f4f2a10", type, at: AT, account: "acme", owner: ADA.id },
    ...{ tokenId: "0193530e-0000-7000-8000-00000000000a", kind: "personal", actor: ADA.id },
    ...{ outcome: "done", data, recipient: ADA, channel: "notifier", attempt: 1 },
    ...changes,
  };
  return { title, notice };
}

function ended(daysFromNow: number, count: number): EventData {
  const names = ["laptop", "nightly report", "build server", "warehouse", "shop window"];
  const tokens = Array.from({ length: Math.min(count, 20) }, (_, index) => ({
    id: `0193530e-0000-7000-8000-0000000000${10 + index}`,
    name: `${names[index % names.length]}${index < names.length ? "" : ` ${index}`}`,
    kind: index % 3 === 2 ? "service" : "personal",
    expiresAt: AT.getTime() + daysFromNow * DAY_MS + index * HOUR_MS,
  }));
  const { name = "", expiresAt = null } = tokens[0] ?? {};
  return { name, count, tokens, expiresAt, threshold: "7 days" };
}

const name = "laptop";
const byManager = { actor: "mia@acme.example" };
const bySystem = { actor: "SYSTEM" };
const refused = { outcome: "refused" } as const;
const inDays = (days: number): number => AT.getTime() + days * DAY_MS;
const waiting = { name, expiresAt: AT.getTime() + HOUR_MS };
const leak = {
  name,
  source: "github",
  url: "https://github.com/acme/scripts/blob/8c6f1a9d0b1c/deploy/settings.py#L14",
};
const elsewhere = { name, api: "orders", address: "198.51.100.23" };
const hostile = '"><script>alert(1)</script>\r\nBcc: mallory@evil.example \u202Egpj.exe';

/** Every type of notice in every state that reads differently. */
export const SAMPLES: readonly Sample[] = [
  sample("issued", "token.issued", { name, slot: null, expiresAt: inDays(90) }),
  sample("issued by a manager", "token.issued", { name, slot: null }, byManager),
  sample("issued, with a backup", "token.issued", { name, slot: "primary", backup: "0193530e" }),
  sample("revoked", "token.revoked", { name }),
  sample("revoked by a manager", "token.revoked", { name, reason: "Ada changed teams" }, byManager),
  sample("revoked by a rotation", "token.revoked", { name, reason: "rotated" }),
  sample("regenerated", "token.regenerated", { name, expiresAt: inDays(90) }),
  sample("updated", "token.updated", { name, changed: ["name", "access", "network"] }),
  sample("expiring in a week", "token.expiring", { name, expiresAt: inDays(7) - 60_000 }, bySystem),
  sample("expiring in a day", "token.expiring", { name, expiresAt: inDays(1) - 60_000 }, bySystem),
  sample("expiring, several", "token.expiring", ended(7, 3), bySystem),
  sample("expiring, very many", "token.expiring", ended(7, 43), bySystem),
  sample("expired", "token.expired", { name, slot: null, expiredAt: AT.getTime() }, bySystem),
  sample("expired, several", "token.expired", ended(0, 3), bySystem),
  sample("leaked and revoked", "token.leaked", { ...leak, revoked: true }, bySystem),
  sample("leaked, not revoked", "token.leaked", { ...leak, revoked: false }, bySystem),
  sample("rotation requested", "rotation.requested", waiting, { code: CODE }),
  sample(
    "rotation requested, sent again",
    "rotation.requested",
    { ...waiting, resent: true },
    {
      code: CODE,
    },
  ),
  sample("rotation confirmed", "rotation.confirmed", { name, backup: "0193530e" }),
  sample("rotation cancelled", "rotation.cancelled", { name }),
  sample(
    "owner deprovisioned",
    "owner.deprovisioned",
    { revoked: 3 },
    { ...byManager, tokenId: null, kind: null },
  ),
  sample(
    "owner refused, inactive",
    "owner.refused",
    { ...elsewhere, reason: "owner_inactive" },
    refused,
  ),
  sample(
    "owner refused, no API access",
    "owner.refused",
    { ...elsewhere, reason: "api_access_disabled" },
    refused,
  ),
  sample("network refused", "network.refused", { ...elsewhere, reason: "not_included" }, refused),
  sample(
    "network refused by a zone",
    "network.refused",
    { ...elsewhere, reason: "blocked", zone: "office" },
    refused,
  ),
  sample(
    "hostile data",
    "token.revoked",
    { name: hostile, reason: hostile },
    { actor: hostile, kind: hostile },
  ),
  sample(
    "a long name",
    "token.expiring",
    { name: `${"a-very-long-name-of-a-token".repeat(9)}`, expiresAt: inDays(7) },
    bySystem,
  ),
  sample("no data at all", "token.updated", {}),
];
