import { describe, expect, test } from "vitest";
import { AT, DATA, DAY_MS, groupedNotice, HOUR_MS, mailOf, noticeOf, TYPES } from "./notice.ts";

const subjectOf = (...of: Parameters<typeof noticeOf>): string => mailOf(noticeOf(...of)).subject;
/** The text as one line, so that no line end of the layout matters. */
const said = (text: string): string => text.replace(/\s+/g, " ");
const textOf = (...of: Parameters<typeof noticeOf>): string => said(mailOf(noticeOf(...of)).text);

describe("CORE-70 every type", () => {
  test("OWN-08, ASVS 6.3.7 has a subject that says what happened, with the token's name last", () => {
    const subjects = TYPES.map((type) => [type, subjectOf(type, DATA[type])]);
    expect(Object.fromEntries(subjects)).toEqual({
      "token.issued": "You have a new token: laptop",
      "token.revoked": "Your token was revoked: laptop",
      "token.regenerated": "Your token has a new secret: laptop",
      "token.updated": "Your token was changed: laptop",
      "token.expiring": "Your token expires in 7 days: laptop",
      "token.expired": "Your token has expired: laptop",
      "token.leaked": "Your token leaked and was revoked: laptop",
      "rotation.requested": "Confirm the replacement of your token: laptop",
      "rotation.confirmed": "Your token was replaced: laptop",
      "rotation.cancelled": "The replacement of your token was cancelled: laptop",
      "owner.deprovisioned": "Your access to Shop by API tokens has ended",
      "owner.refused": "Calls with your token are refused: laptop",
      "network.refused": "A call with your token was refused: laptop",
    });
  });

  test.each(TYPES)(
    "%s names token and kind, what to do, and the application, in both bodies",
    (type) => {
      const { text, html } = mailOf(noticeOf(type, DATA[type]));
      const isOfAToken = type !== "owner.deprovisioned";
      for (const body of [said(text), html]) {
        expect(body.includes("laptop")).toBe(isOfAToken);
        expect(body.includes("personal")).toBe(isOfAToken);
        expect(body).toMatch(/If this was not you|What to do/);
        expect(body).toContain("Shop sent you this message because it is about your API tokens.");
        expect(body).toContain("https://shop.example/help");
      }
    },
  );

  test.each(TYPES)("%s of no data at all still says what happened", (type) => {
    const { subject, text, html } = mailOf(noticeOf(type, {}));
    for (const part of [subject, text, html])
      expect(part).not.toMatch(/undefined|null|NaN|\[object|“”|: \n/);
  });

  test.each(TYPES.filter((type) => type !== "token.expiring" && type !== "token.expired"))(
    "%s says when, with the zone",
    (type) => {
      const { text, html } = mailOf(noticeOf(type, DATA[type]));
      expect(text).toContain("When: November 22, 2026 at 2:05 PM UTC");
      expect(html).toContain("November 22, 2026 at 2:05 PM UTC");
    },
  );

  test.each(
    TYPES.filter((type) => type !== "rotation.requested" && type !== "owner.deprovisioned"),
  )("%s leads to the tokens", (type) => {
    const { text, html } = mailOf(noticeOf(type, DATA[type]));
    expect(text).toContain("\nShow your tokens:\nhttps://shop.example/tokens\n");
    expect(html).toContain('href="https://shop.example/tokens">Show your tokens</a>');
  });
});

describe("who did it", () => {
  const types = TYPES.filter((type) =>
    mailOf(noticeOf(type, DATA[type], { actor: "mia" })).text.includes("By: mia"),
  );

  test("is said where someone did it", () => {
    expect(types).toEqual([
      "token.issued",
      "token.revoked",
      "token.regenerated",
      "token.updated",
      "rotation.requested",
      "rotation.confirmed",
      "rotation.cancelled",
      "owner.deprovisioned",
    ]);
  });

  test.each(types)("%s: not, where it was the reader", (type) => {
    const { text } = mailOf(noticeOf(type, DATA[type]));
    expect(text).not.toContain("By:");
    expect(said(text)).toContain("If this was not you");
    expect(said(text)).toContain("change how you sign in, and look through your tokens");
  });

  test.each(types)("%s: the application, where it was its own code", (type) => {
    const { text } = mailOf(noticeOf(type, DATA[type], { actor: "SYSTEM" }));
    expect(text).toContain("By: Shop itself");
    expect(said(text)).toContain("If you did not expect this");
    expect(said(text)).not.toContain("change how you sign in");
  });
});

test("a name that is too long for a subject is cut, and what happened is not", () => {
  const { subject, text } = mailOf(noticeOf("token.revoked", { name: "a".repeat(255) }));
  expect(subject).toMatch(/^Your token was revoked: a+…$/);
  expect(subject).toHaveLength(150);
  expect(text).toContain("a".repeat(255));
});

describe("a token that expires", () => {
  const days = (count: number, lateMs = 0) =>
    subjectOf("token.expiring", {
      name: "laptop",
      expiresAt: AT.getTime() + count * DAY_MS - lateMs,
    });

  test("ASVS 6.4.5 the subject has what is left of its life", () => {
    expect(days(30, 60_000)).toBe("Your token expires in 30 days: laptop");
    expect(days(1, 60_000)).toBe("Your token expires in 1 day: laptop");
    expect(days(0, -5 * HOUR_MS)).toBe("Your token expires in 5 hours: laptop");
  });

  test("is said to expire soon where nothing is known, or its end has passed", () => {
    expect(subjectOf("token.expiring", { name: "laptop" })).toBe("Your token expires soon: laptop");
    expect(days(-1)).toBe("Your token expires soon: laptop");
  });

  test("its end is listed with the zone", () => {
    expect(textOf("token.expiring", DATA["token.expiring"])).toContain(
      "Expires: November 29, 2026 at 2:04 PM UTC",
    );
  });
});

describe("mails about several tokens", () => {
  test("count them, and tell of the first that ends", () => {
    const { subject, text, html } = mailOf(groupedNotice("token.expiring", 3));
    expect(subject).toBe("3 tokens of yours expire, the first in 7 days");
    expect(text).toContain(
      "- token 0 (service): November 29, 2026 at 2:05 PM UTC\n- token 1 (service): November 29, 2026 at 3:05 PM UTC\n",
    );
    expect(html.match(/<li /g)).toHaveLength(3);
    expect(text).not.toContain("more");
  });

  test("name twenty, and say how many more there are", () => {
    const { subject, text, html } = mailOf(groupedNotice("token.expiring", 1043));
    expect(subject).toBe("1,043 tokens of yours expire, the first in 7 days");
    expect(text).toContain(
      "- token 19 (service): November 30, 2026 at 9:05 AM UTC\n- and 1,023 more\n",
    );
    expect(html.match(/<li /g)).toHaveLength(21);
  });

  test("that have expired", () => {
    const { subject, text } = mailOf(groupedNotice("token.expired", 3));
    expect(subject).toBe("3 tokens of yours have expired");
    expect(text).toContain("- token 2 (service)");
  });

  test.each([-3, 2.5, 1e300, "7", null])(
    "whose count is none, %j, are those that are named",
    (count) => {
      expect(mailOf(groupedNotice("token.expired", 3, { count })).subject).toBe(
        "3 tokens of yours have expired",
      );
    },
  );

  test("of which the notice names none that can be read are only counted", () => {
    const { subject, text } = mailOf(groupedNotice("token.expired", 3, { tokens: [null, 7, {}] }));
    expect(subject).toBe("3 tokens of yours have expired");
    expect(text).not.toMatch(/^- |more/m);
  });
});

describe("particulars", () => {
  test("IND-13 a leaked token that still works is to be replaced now", () => {
    const data = { ...DATA["token.leaked"], revoked: false };
    const mail = mailOf(noticeOf("token.leaked", data));
    expect(mail.subject).toBe("Replace your leaked token now: laptop");
    expect(said(mail.text)).toContain("It still works, and whoever found it can act in your name.");
    expect(said(mail.text)).toContain("Replace the token or revoke it at once.");
    expect(mail.html).toContain("It still works");
    expect(textOf("token.leaked", DATA["token.leaked"])).not.toContain("still works");
  });

  test("where a leak was found is left out where it is no address of the Web", () => {
    for (const url of ["call 555-0100", "javascript:alert(1)"]) {
      const { text, html } = mailOf(noticeOf("token.leaked", { ...DATA["token.leaked"], url }));
      expect(text + html).not.toMatch(/Found at|555|alert/);
    }
  });

  test("where a leak was found is shown, and is no link", () => {
    const { text, html } = mailOf(noticeOf("token.leaked", DATA["token.leaked"]));
    expect(text).toContain("Reported by: github\nFound at: https://github.com/a/b#L1\n");
    expect(html).toContain("<bdi>https://github.com/a/b#L1</bdi>");
    expect(html).not.toContain('href="https://github.com');
  });

  test("EDG-09 a rotation has its link, the way to take it back, and until when", () => {
    const { text, html } = mailOf(noticeOf("rotation.requested", DATA["rotation.requested"]));
    const code = `0193530e-0000-7000-8000-000000000000_${"0f".repeat(32)}`;
    expect(text).toContain(
      `Confirm the replacement:\nhttps://shop.example/rotation?code=${code}\n`,
    );
    expect(text).toContain(`Cancel the replacement:\nhttps://shop.example/cancel?code=${code}\n`);
    expect(text).toContain("Confirm until: November 22, 2026 at 3:05 PM UTC");
    expect(html).toContain(`href="https://shop.example/rotation?code=${code}">Confirm the`);
    expect(html).toContain(`href="https://shop.example/cancel?code=${code}">Cancel the`);
    expect(text).not.toContain("again");
    const resent = { ...DATA["rotation.requested"], resent: true };
    expect(textOf("rotation.requested", resent)).toContain("asked to be sent again");
  });

  test("only a rotation that waits has links with the code", () => {
    for (const type of TYPES.filter((each) => each !== "rotation.requested")) {
      const { text, html } = mailOf(noticeOf(type, DATA[type], { code: "the-code" }));
      expect(text + html).not.toMatch(/the-code|rotation\?|cancel\?/);
    }
  });

  test("a token made by a rotation tells of the backup", () => {
    const data = { name: "laptop", slot: "primary", backup: "0193530e" };
    expect(subjectOf("token.issued", data)).toBe("Your token was replaced: laptop");
    expect(textOf("token.issued", data)).toContain("The one before is now the backup");
    expect(textOf("rotation.confirmed", { name: "laptop" })).not.toContain("backup");
  });

  test("a reason of the library is put in words, one of a person is shown as it is", () => {
    expect(textOf("token.revoked", { name: "laptop", reason: "rotated" })).toContain(
      "Reason: a newer token took its place",
    );
    expect(textOf("token.revoked", { name: "laptop", reason: "left the team" })).toContain(
      "Reason: left the team",
    );
    expect(textOf("token.revoked", { name: "laptop", reason: "constructor" })).toContain(
      "Reason: constructor",
    );
    expect(textOf("owner.refused", { reason: "api_access_disabled" })).toContain(
      "The reason: API access is switched off for you.",
    );
    expect(textOf("network.refused", { reason: "not_included" })).toContain(
      "The reason: the token may be used from other networks only.",
    );
  });

  test("OKT-38 a call from the wrong network: which API, from where, which zone", () => {
    expect(textOf("network.refused", DATA["network.refused"])).toContain(
      "API: orders From: 198.51.100.23 Zone: office",
    );
  });

  test("a change says of what, as far as it is known", () => {
    const changed = ["name", "access", "toString", "shoe size", 7];
    expect(textOf("token.updated", { name: "laptop", changed })).toContain(
      "What changed: its name and what it may do. Its secret is the same",
    );
    expect(textOf("token.updated", { name: "laptop" })).toContain("was changed. Its secret");
  });

  test("an owner who is gone is told how many tokens ended, and is given no page of tokens", () => {
    expect(textOf("owner.deprovisioned", { revoked: 1 })).toContain("1 API token was revoked.");
    expect(textOf("owner.deprovisioned", { revoked: 3 })).toContain("3 API tokens were revoked.");
    expect(textOf("owner.deprovisioned", { revoked: 0 })).not.toContain("revoked");
    expect(textOf("owner.deprovisioned", { revoked: 3 })).not.toContain("/tokens");
  });
});
