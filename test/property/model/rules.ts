/** The rules of each kind as a person would write them down: nothing here is taken from src/. */
export interface Rules {
  /** The places of an owner, or `null` for any number of tokens. */
  readonly places: readonly string[] | null;
  readonly replacement: "revoke-first" | "regenerate" | "rotate";
  readonly confirms: boolean;
  readonly managersOnly: boolean;
  readonly granted: boolean;
  readonly percent: number;
  readonly life: "chosen" | { readonly days: number; readonly slides: boolean } | null;
  /** The longest life of a sliding token. */
  readonly capDays: number | null;
  readonly backupDays: number | null;
  /** Whether a report that its secret has come out ends a token. */
  readonly endsOnLeak: boolean;
}

export const DAY: number = 86_400_000;
export const MINUTE: number = 60_000;

const BASE: Rules = {
  places: null,
  replacement: "revoke-first",
  confirms: false,
  managersOnly: false,
  granted: false,
  percent: 50,
  life: null,
  capDays: null,
  backupDays: null,
  endsOnLeak: true,
};

export type KindName = "single" | "sliding" | "choice" | "pair" | "quick" | "numbered" | "capped";

export const RULES: Readonly<Record<KindName, Rules>> = {
  single: { ...BASE, places: ["primary"], life: { days: 180, slides: false } },
  sliding: { ...BASE, life: { days: 30, slides: true } },
  choice: {
    ...BASE,
    life: "chosen",
    granted: true,
    replacement: "regenerate",
    managersOnly: true,
  },
  pair: { ...BASE, places: ["primary"], replacement: "rotate", confirms: true },
  quick: {
    ...BASE,
    places: ["primary"],
    replacement: "rotate",
    life: { days: 30, slides: true },
    backupDays: 14,
  },
  numbered: {
    ...BASE,
    places: ["1", "2"],
    life: { days: 10, slides: false },
    granted: true,
    replacement: "regenerate",
    percent: 20,
    endsOnLeak: false,
  },
  capped: { ...BASE, life: { days: 30, slides: true }, capDays: 45, endsOnLeak: false },
};

export function rulesOf(kind: KindName): Rules {
  return RULES[kind];
}

/** By which each notice goes, each by itself. */
export const CHANNELS: readonly string[] = ["mail", "hook"];

/** How long the audit trail is kept. */
export const KEPT_DAYS = 20;

export type ApiName = "orders" | "reports";

export interface ApiRules {
  readonly limit: number;
  readonly windowMs: number;
  readonly methods: readonly string[];
}

export const APIS: Readonly<Record<ApiName, ApiRules>> = {
  orders: { limit: 10, windowMs: MINUTE, methods: ["GET", "POST", "PUT", "PATCH", "DELETE"] },
  reports: { limit: 4, windowMs: 10_000, methods: ["GET"] },
};

export const API_NAMES: readonly ApiName[] = ["orders", "reports"];

export function isApi(name: string): name is ApiName {
  return Object.hasOwn(APIS, name);
}

/** The choices of life of the kind `choice`, in months. */
export const MONTHS: readonly number[] = [3, 6, 12];

/** When a token made now ends, if it is not used. */
export function endOfLife(kind: KindName, now: number, months: number | undefined): number | null {
  const { life, capDays } = rulesOf(kind);
  if (life === null) return null;
  if (life === "chosen") return monthsLater(now, months ?? 6);
  return now + Math.min(life.days, capDays ?? life.days) * DAY;
}

/** The same day and time in another month, or that month's last day. */
function monthsLater(now: number, months: number): number {
  const from = new Date(now);
  const year = from.getUTCFullYear();
  const month = from.getUTCMonth() + months;
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return Date.UTC(year, month, Math.min(from.getUTCDate(), lastDay)) + (now % DAY);
}

/** Which addresses lie in which ranges: by hand, so that no parser is trusted. An address that is in no list is none. */
export const RANGES: Readonly<Record<string, readonly string[]>> = {
  "10.0.0.0/8": ["10.1.2.3", "::ffff:10.1.2.3"],
  "192.0.2.0/25": ["192.0.2.7"],
  "2001:db8::/32": ["2001:db8::1"],
  "::/0": ["2001:db8::1"],
  "0.0.0.0/0": ["10.1.2.3", "::ffff:10.1.2.3", "192.0.2.7"],
};

export const ADDRESSES: readonly string[] = [
  "10.1.2.3",
  "::ffff:10.1.2.3",
  "192.0.2.7",
  "2001:db8::1",
  "010.1.2.3",
];

/** The one of {@link ADDRESSES} that is written in no proper form. */
export const BAD_ADDRESS = "010.1.2.3";
