import type { MailContent, MailFacts, MailTexts } from "tokenry/mail";

/** A table for another language: everything that mails say. */
export const german: MailTexts = {
  labels: {
    token: "Token",
    kind: "Art",
    time: "Wann",
    actor: "Durch",
    expires: "Läuft ab",
    expired: "Abgelaufen",
    confirmUntil: "Bestätigen bis",
    reason: "Grund",
    api: "API",
    address: "Von",
    zone: "Zone",
    source: "Gemeldet von",
    location: "Gefunden unter",
  },
  links: {
    tokens: "Ihre Tokens ansehen",
    confirmRotation: "Ersetzung bestätigen",
    cancelRotation: "Ersetzung abbrechen",
    help: "Hilfe",
  },
  kinds: { personal: "persönlicher Token", service: "Dienst-Token" },
  reasons: {
    rotated: "ein neuerer Token ist an seine Stelle getreten",
    "all revoked": "alle Tokens wurden auf einmal widerrufen",
    "owner deprovisioned": "Ihr Zugang wurde beendet",
    "revoked by its own secret": "ein Programm, das den Token besitzt, hat darum gebeten",
    no_address: "die Adresse des Aufrufs ist nicht bekannt",
    bad_address: "die Adresse des Aufrufs ist nicht lesbar",
    blocked: "Aufrufe aus diesem Netz sind für alle gesperrt",
    unknown_zone: "der Token nennt eine Netzzone, die es nicht gibt",
    excluded: "der Token darf aus diesem Netz nicht benutzt werden",
    not_included: "der Token darf nur aus anderen Netzen benutzt werden",
    owner_inactive: "Ihr Konto ist nicht aktiv",
    api_access_disabled: "der API-Zugang ist für Sie abgeschaltet",
  },
  fields: {
    name: "der Name",
    access: "was er darf",
    network: "von wo er gilt",
    budgets: "wie oft er aufrufen darf",
    expiresAt: "wann er abläuft",
  },
  application: ({ app }) => `${app.name} selbst`,
  item: ({ name, kind, expiresAt }) => [name, kind, expiresAt].filter(Boolean).join(", "),
  more: ({ count, tokens, format }) =>
    format.plural(count - tokens.length, { one: "und ein weiterer", other: "und # weitere" }),
  footer: ({ app }) => `${app.name} schreibt Ihnen, weil es um Ihre API-Tokens geht.`,
  messages: {
    "token.issued": (facts) => message(facts, "Neuer Token", `${token(facts)} wurde ausgestellt.`),
    "token.revoked": (facts) =>
      message(facts, "Token widerrufen", `${token(facts)} wurde widerrufen und gilt nicht mehr.`),
    "token.regenerated": (facts) =>
      message(facts, "Neues Geheimnis", `${token(facts)} hat ein neues Geheimnis.`),
    "token.updated": (facts) =>
      message(
        facts,
        "Token geändert",
        `${token(facts)} wurde geändert: ${facts.format.list(facts.changed)}.`,
      ),
    "token.expiring": (facts) =>
      message(
        facts,
        `${counted(facts)} ${facts.expiresIn ?? "bald"} ab`,
        "Ersetzen Sie rechtzeitig, was noch gebraucht wird.",
      ),
    "token.expired": (facts) =>
      message(facts, "Abgelaufen", "Stellen Sie neu aus, was noch gebraucht wird."),
    "token.leaked": (facts) =>
      message(
        facts,
        facts.isRevoked ? "Token öffentlich, widerrufen" : "Token öffentlich: jetzt ersetzen",
        `${token(facts)} wurde gefunden, wo andere ihn lesen können.`,
      ),
    "rotation.requested": (facts) =>
      message(facts, "Ersetzung bestätigen", `${token(facts)} soll ersetzt werden.`),
    "rotation.confirmed": (facts) =>
      message(facts, "Token ersetzt", `${token(facts)} wurde ersetzt.`),
    "rotation.cancelled": (facts) =>
      message(facts, "Ersetzung abgebrochen", `${token(facts)} bleibt, wie er war.`),
    "owner.deprovisioned": (facts) =>
      message(facts, "Zugang beendet", "Alle Ihre Tokens wurden widerrufen."),
    "owner.refused": (facts) =>
      message(facts, "Aufruf abgelehnt", `${token(facts)} wurde abgelehnt: ${facts.reason ?? ""}.`),
    "network.refused": (facts) =>
      message(facts, "Aufruf abgelehnt", `${token(facts)} wurde abgelehnt: ${facts.reason ?? ""}.`),
  },
};

function message(facts: MailFacts, heading: string, body: string): MailContent {
  return {
    subject: facts.token === undefined ? heading : `${heading}: ${facts.token.name}`,
    heading,
    body: [body],
    advice:
      facts.type === "token.expiring" || facts.type === "token.expired"
        ? undefined
        : {
            heading: "Waren Sie das nicht?",
            body: ["Dann widerrufen Sie den Token und ändern Sie, wie Sie sich anmelden."],
          },
  };
}

function token({ token: named, app }: MailFacts): string {
  return named === undefined
    ? `Ihr Token bei ${app.name}`
    : `Ihr Token „${named.name}“ bei ${app.name}`;
}

function counted({ count, format }: MailFacts): string {
  return format.plural(count, { one: "Ihr Token läuft", other: "# Tokens laufen" });
}
