import type { MailFacts } from "./facts.ts";
import type { MailContent, MailTexts } from "./texts.ts";

/** The messages of the English table. */
export const englishMessages: MailTexts["messages"] = {
  "token.issued": issued,
  "token.revoked": revoked,
  "token.regenerated": regenerated,
  "token.updated": updated,
  "token.expiring": expiring,
  "token.expired": expired,
  "token.leaked": leaked,
  "rotation.requested": rotationRequested,
  "rotation.confirmed": rotationConfirmed,
  "rotation.cancelled": rotationCancelled,
  "owner.deprovisioned": deprovisioned,
  "owner.refused": ownerRefused,
  "network.refused": networkRefused,
};

function issued(facts: MailFacts): MailContent {
  const { app, hasBackup } = facts;
  const heading = hasBackup ? "Your token was replaced" : "You have a new token";
  return {
    subject: named(heading, facts),
    heading,
    body: [
      hasBackup
        ? `${tokenAt(facts)} was replaced by a new one. The one before is now the backup: it still works, so delete it once your programs have moved over.`
        : `A new API token${quotedName(facts)} was made for you at ${app.name}. Whoever holds it can act in your name.`,
    ],
    advice: unexpected(facts, "Revoke the token at once: whoever made it can act in your name."),
  };
}

function revoked(facts: MailFacts): MailContent {
  const heading = "Your token was revoked";
  return {
    subject: named(heading, facts),
    heading,
    body: [`${tokenAt(facts)} was revoked. From now on, every program that uses it is refused.`],
    advice: unexpected(facts, "A token that was revoked never works again: make a new one."),
  };
}

function regenerated(facts: MailFacts): MailContent {
  const heading = "Your token has a new secret";
  return {
    subject: named(heading, facts),
    heading,
    body: [
      `${tokenAt(facts)} was given a new secret. The old one works no longer: put the new one wherever the token is used.`,
    ],
    advice: unexpected(facts, "Revoke the token at once: whoever did it can act in your name."),
  };
}

function updated(facts: MailFacts): MailContent {
  const heading = "Your token was changed";
  const { changed, format } = facts;
  const what = changed.length === 0 ? "" : ` What changed: ${format.list(changed)}.`;
  return {
    subject: named(heading, facts),
    heading,
    body: [`${tokenAt(facts)} was changed.${what} Its secret is the same as before.`],
    advice: unexpected(facts, "Look at what the token may do now, or revoke it."),
  };
}

function expiring(facts: MailFacts): MailContent {
  const { app, count, format, expiresIn = "soon" } = facts;
  const advice = {
    heading: "What to do",
    body: [
      "Where a token is still needed, replace it in time and move your programs over. Where it is not, let it run out.",
    ],
  };
  if (facts.token !== undefined || count === 1) {
    const body = `${tokenAt(facts)} expires ${expiresIn}. From then on, every program that uses it is refused.`;
    const heading = `Your token expires ${expiresIn}`;
    return { subject: named(heading, facts), heading, body: [body], advice };
  }
  const tokens = format.plural(count, { one: "# token", other: "# tokens" });
  const heading = `${tokens} of yours expire, the first ${expiresIn}`;
  const body = `${tokens} of yours at ${app.name} expire. From then on, every program that uses them is refused.`;
  return { subject: heading, heading, body: [body], advice };
}

function expired(facts: MailFacts): MailContent {
  const { app, count, format } = facts;
  const advice = {
    heading: "What to do",
    body: ["Where a token is still needed, make a new one."],
  };
  if (facts.token !== undefined || count === 1) {
    const body = `${tokenAt(facts)} has expired. Every program that uses it is refused.`;
    const heading = "Your token has expired";
    return { subject: named(heading, facts), heading, body: [body], advice };
  }
  const tokens = format.plural(count, { one: "# token", other: "# tokens" });
  const heading = `${tokens} of yours have expired`;
  const body = `${tokens} of yours at ${app.name} have expired. Every program that uses them is refused.`;
  return { subject: heading, heading, body: [body], advice };
}

function leaked(facts: MailFacts): MailContent {
  const found = `${tokenAt(facts)} was found where others can read it.`;
  if (facts.isRevoked) {
    const heading = "Your token leaked and was revoked";
    return {
      subject: named(heading, facts),
      heading,
      body: [`${found} It was revoked at once: every program that uses it is refused.`],
      advice: {
        heading: "What to do",
        body: [
          "Make a new token for your programs, and keep it out of code, logs and messages. Look through what was done with the old one.",
        ],
      },
    };
  }
  const heading = "Replace your leaked token now";
  return {
    subject: named(heading, facts),
    heading,
    body: [`${found} It still works, and whoever found it can act in your name.`],
    advice: {
      heading: "What to do now",
      body: [
        "Replace the token or revoke it at once. To delete it from where it was found is not enough: copies may exist.",
        "Then look through what was done with it.",
      ],
    },
  };
}

function rotationRequested(facts: MailFacts): MailContent {
  const heading = "Confirm the replacement of your token";
  const again = facts.isResent ? " This is the link that you asked to be sent again." : "";
  return {
    subject: named(heading, facts),
    heading,
    body: [
      `Someone asked to replace ${tokenAt(facts, "the")} by a new one. Nothing changes until you confirm it.${again}`,
      "You then see the new token, once. The present one becomes the backup and still works, so that your programs can move over.",
    ],
    advice: unexpected(facts, "Do not open the link: without it nothing changes."),
  };
}

function rotationConfirmed(facts: MailFacts): MailContent {
  const heading = "Your token was replaced";
  const backup = facts.hasBackup
    ? " The one before is now the backup: it still works, so delete it once your programs have moved over."
    : "";
  return {
    subject: named(heading, facts),
    heading,
    body: [`The replacement of ${tokenAt(facts, "the")} was confirmed.${backup}`],
    advice: unexpected(facts, "Revoke the new token at once: whoever has it can act in your name."),
  };
}

function rotationCancelled(facts: MailFacts): MailContent {
  const heading = "The replacement of your token was cancelled";
  return {
    subject: named(heading, facts),
    heading,
    body: [
      `The replacement of ${tokenAt(facts, "the")} was cancelled. Nothing has changed, and the link that you were sent works no longer.`,
    ],
    advice: unexpected(facts, "If the token is to be replaced after all, ask for it again."),
  };
}

function deprovisioned(facts: MailFacts): MailContent {
  const { app, format, revoked: count = 0 } = facts;
  const forms = { one: "# API token was revoked", other: "# API tokens were revoked" };
  const tokens = count === 0 ? "" : ` ${format.plural(count, forms)}.`;
  return {
    subject: `Your access to ${app.name} by API tokens has ended`,
    heading: "Your access by API tokens has ended",
    body: [
      `Your access to ${app.name} by API tokens has ended.${tokens} Every program that still uses one is refused.`,
    ],
    advice: unexpected(facts),
  };
}

function ownerRefused(facts: MailFacts): MailContent {
  const { app, reason } = facts;
  const heading = "Calls with your token are refused";
  const why = reason === undefined ? "" : ` The reason: ${reason}.`;
  return {
    subject: named(heading, facts),
    heading,
    body: [
      `A program called ${app.name} with ${tokenAt(facts, "the")} and was refused.${why}`,
      "The token itself is still there: calls work again once the reason is gone.",
    ],
    advice: {
      heading: "What to do",
      body: [
        "If your programs should work, ask whoever manages your account. If no program of yours uses the token any more, revoke it.",
      ],
    },
  };
}

function networkRefused(facts: MailFacts): MailContent {
  const { app, reason } = facts;
  const heading = "A call with your token was refused";
  const why = reason === undefined ? "" : ` The reason: ${reason}.`;
  return {
    subject: named(heading, facts),
    heading,
    body: [
      `${app.name} was called with ${tokenAt(facts, "the")} from a network from which it may not be used. The call was refused.${why}`,
    ],
    advice: {
      heading: "If this was not you",
      body: [
        "Someone else may hold your token. Replace it or revoke it.",
        "If it was a program of yours, change from where the token may be used.",
      ],
    },
  };
}

/** What to do about something that someone did, by who it was. */
function unexpected({ app, actor }: MailFacts, ...first: string[]): MailContent["advice"] {
  return actor.type === "owner"
    ? {
        heading: "If this was not you",
        body: [
          ...first,
          `Someone else may be able to sign in to ${app.name} as you: change how you sign in, and look through your tokens.`,
        ],
      }
    : {
        heading: "If you did not expect this",
        body: [...first, `Ask whoever manages tokens at ${app.name} for you.`],
      };
}

/** A subject with the name last, so that a long one cuts off nothing else. */
function named(heading: string, { token }: MailFacts): string {
  return token === undefined ? heading : `${heading}: ${token.name}`;
}

function quotedName({ token }: MailFacts): string {
  return token === undefined ? "" : ` “${token.name}”`;
}

function tokenAt(facts: MailFacts, article: "The" | "the" = "The"): string {
  return `${article} API token${quotedName(facts)} at ${facts.app.name}`;
}
