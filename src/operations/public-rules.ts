import type { ResolvedKind } from "../lifecycle/kind.ts";
import type { Allowance } from "../lifecycle/slots.ts";
import type { Duration, Expiry, TokenKind } from "../model.ts";
import type { ResolvedApi, ResolvedRules } from "../options.ts";

/** A kind as it is configured, every default filled in. */
export interface KindRules {
  readonly prefix: string;
  readonly slots: TokenKind["slots"];
  /** `null`: no limit of its own; `slots` says the rest. */
  readonly maxPerOwner: number | null;
  readonly backupFor: Duration | null;
  readonly expiry: Expiry;
  readonly access: TokenKind["access"];
  readonly replacement: TokenKind["replacement"];
  readonly confirmRotation: boolean;
  readonly confirmWithin: Duration;
  readonly issuedBy: "owner" | "manager";
  readonly budgetPercent: number;
  readonly reminders: readonly Duration[];
}

/** An API as it is configured. */
export interface ApiRules {
  readonly limit: number;
  readonly windowMs: number;
  readonly methods: readonly string[];
}

/** The configured kinds and APIs, by name: all that a screen needs to draw itself. */
export interface Rules<Kind extends string = string, ApiName extends string = string> {
  readonly kinds: { readonly [K in Kind]: KindRules };
  readonly apis: { readonly [A in ApiName]: ApiRules };
}

/** What a caller may know of the configuration: no key, no port. Frozen. */
export function publicRules({ kinds, apis }: Pick<ResolvedRules, "kinds" | "apis">): Rules {
  return Object.freeze({
    kinds: named(kinds, publicKind),
    apis: named(apis, publicApi),
  });
}

function named<Resolved, Public>(
  resolved: ReadonlyMap<string, Resolved>,
  publicOf: (each: Resolved) => Public,
): Readonly<Record<string, Public>> {
  return Object.freeze(
    Object.fromEntries([...resolved].map(([name, each]) => [name, Object.freeze(publicOf(each))])),
  );
}

function publicKind(kind: ResolvedKind): KindRules {
  const { prefix, expiry, access, replacement, confirmRotation, confirmWithin } = kind;
  return {
    ...{ prefix, expiry, access, replacement, confirmRotation, confirmWithin },
    ...allowanceRules(kind.allowance),
    backupFor: kind.backupFor ?? null,
    issuedBy: kind.managersOnly ? "manager" : "owner",
    budgetPercent: kind.budgetPercent,
    reminders: kind.reminders,
  };
}

function allowanceRules(allowance: Allowance): {
  readonly slots: TokenKind["slots"];
  readonly maxPerOwner: number | null;
} {
  switch (allowance.type) {
    case "single":
    case "pair":
      return { slots: allowance.type, maxPerOwner: null };
    case "unlimited":
      return { slots: "many", maxPerOwner: null };
    case "numbered":
      return { slots: "many", maxPerOwner: allowance.max };
  }
}

function publicApi({ limit, windowMs, methods }: ResolvedApi): ApiRules {
  return { limit, windowMs, methods: Object.freeze([...methods]) };
}
