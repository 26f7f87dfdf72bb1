import { englishMessages } from "./english-messages.ts";
import type { MailTexts } from "./texts.ts";

/** The texts of mails in English; also what a table for another language starts from. */
export const english: MailTexts = {
  labels: {
    token: "Token",
    kind: "Kind",
    time: "When",
    actor: "By",
    expires: "Expires",
    expired: "Expired",
    confirmUntil: "Confirm until",
    reason: "Reason",
    api: "API",
    address: "From",
    zone: "Zone",
    source: "Reported by",
    location: "Found at",
  },
  links: {
    tokens: "Show your tokens",
    confirmRotation: "Confirm the replacement",
    cancelRotation: "Cancel the replacement",
    help: "Get help",
  },
  reasons: {
    rotated: "a newer token took its place",
    "all revoked": "all tokens were revoked at once",
    "owner deprovisioned": "your access was ended",
    "revoked by its own secret": "a program that holds the token asked for it",
    no_address: "the address of the call is not known",
    bad_address: "the address of the call cannot be read",
    blocked: "calls from this network are blocked for everyone",
    unknown_zone: "the token names a network zone that does not exist",
    excluded: "the token may not be used from this network",
    not_included: "the token may be used from other networks only",
    owner_inactive: "your account is not active",
    api_access_disabled: "API access is switched off for you",
  },
  fields: {
    name: "its name",
    access: "what it may do",
    network: "from where it works",
    budgets: "its rate limits",
    expiresAt: "when it expires",
  },
  application: ({ app }) => `${app.name} itself`,
  item: ({ name, kind, expiresAt }) =>
    `${name}${kind === undefined ? "" : ` (${kind})`}${expiresAt === undefined ? "" : `: ${expiresAt}`}`,
  more: ({ count, tokens, format }) =>
    format.plural(count - tokens.length, { one: "and # more", other: "and # more" }),
  footer: ({ app }) => `${app.name} sent you this message because it is about your API tokens.`,
  messages: englishMessages,
};
