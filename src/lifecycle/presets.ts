import type { Duration, TokenKind } from "../model.ts";

/** What a preset leaves to say: the prefix, and whatever is to differ. */
export type PresetOptions = Pick<TokenKind, "prefix"> & Partial<TokenKind>;

const halfYear: Duration = { months: 6 };

/**
 * One token per owner, revoked before the next is issued, gone after a fixed 180 days whether used or not; it does what its owner may do
 * now. Source: OWN-01 to OWN-12.
 *
 * @example
 * const kinds = { personal: singleFixed({ prefix: "acme_pat" }) };
 */
export function singleFixed(options: PresetOptions): TokenKind {
  return {
    slots: "single",
    expiry: { type: "fixed", after: { days: 180 } },
    access: "owner",
    replacement: "revoke-first",
    ...options,
  };
}

/**
 * Many tokens per owner, each alive for 30 days from its making or last accepted use; it does what its owner may do now, within half of
 * each API's rate. Source: OKT-05 to OKT-35, OKT-62.
 *
 * @example
 * const kinds = { service: manySliding({ prefix: "acme_svc", budgetPercent: 25 }) };
 */
export function manySliding(options: PresetOptions): TokenKind {
  return {
    slots: "many",
    expiry: { type: "sliding", unusedFor: { days: 30 } },
    access: "owner",
    replacement: "revoke-first",
    budgetPercent: 50,
    ...options,
  };
}

/**
 * Many tokens per owner, made by those who manage tokens, with a level for each API and 3, 6 or 12 months to live, chosen when it is
 * issued and when it is regenerated in place. Source: CRT-01 to CRT-10.
 *
 * @example
 * const kinds = { application: manyChoice({ prefix: "acme_app" }) };
 */
export function manyChoice(options: PresetOptions): TokenKind {
  return {
    slots: "many",
    expiry: {
      type: "choice",
      options: [{ months: 3 }, halfYear, { months: 12 }],
      default: halfYear,
    },
    access: "granted",
    replacement: "regenerate",
    issuedBy: "manager",
    ...options,
  };
}

/**
 * A primary and a backup token, both valid; a rotation makes a new primary once its link is followed, and the old primary becomes the
 * backup. No expiry; it does what its owner's HTTP methods allow. Needs `peppers`. Source: EDG-01 to EDG-16, CORE-31.
 *
 * @example
 * const kinds = { web: primaryBackup({ prefix: "acme_web", backupFor: { days: 14 } }) };
 */
export function primaryBackup(options: PresetOptions): TokenKind {
  return {
    slots: "pair",
    expiry: { type: "never" },
    access: "owner",
    replacement: "rotate",
    confirmRotation: true,
    ...options,
  };
}
