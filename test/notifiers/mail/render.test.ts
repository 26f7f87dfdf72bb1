import { describe, expect, test } from "vitest";
import { german } from "../../../examples/mail-preview/german.ts";
import { type EventType, NoticeError, type Owner } from "../../../src/index.ts";
import {
  english,
  escapeHtml,
  type MailFacts,
  renderMail,
} from "../../../src/notifiers/mail/index.ts";
import { ADA, AT, CODE, DATA, mailOf, noticeOf, OPTIONS, TYPES } from "./notice.ts";

const revoked = noticeOf("token.revoked", DATA["token.revoked"]);
const requested = noticeOf("rotation.requested", DATA["rotation.requested"]);

test("EDG-12 what makes no link of the code is not shown it, or tells nothing of what it throws", () => {
  const shown: unknown[] = [];
  const look = (notice: object): string => {
    shown.push("code" in notice);
    return "https://shop.example/";
  };
  mailOf(requested, { links: { ...OPTIONS.links, tokens: look, help: look } });
  expect(shown).toEqual([false, false]);
  const templates = {
    "rotation.requested": ({ links }: MailFacts): never => {
      throw new Error(links.confirmRotation);
    },
  };
  const error = errorOf(() => mailOf(requested, { templates }));
  expect(String(error)).toContain('options.templates["rotation.requested"] failed: Error');
  expect(String(error)).not.toContain(CODE);
  expect((error as Error).cause).toBeUndefined();
});

function errorOf(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}

describe("nothing is sent", () => {
  test("without a recipient, or an address of one", () => {
    const { email: _, ...unaddressed } = ADA;
    for (const recipient of [undefined, unaddressed, { ...ADA, email: "" }])
      expect(renderMail({ ...revoked, recipient }, OPTIONS)).toBeUndefined();
  });

  test.each(["zone.changed", "zone.removed"] as const)("of %s, which is of no owner", (type) => {
    expect(renderMail(noticeOf(type, { name: "office" }), OPTIONS)).toBeUndefined();
    const ofNobody = { owner: null, recipient: undefined, tokenId: null };
    expect(renderMail(noticeOf(type, { name: "office" }, ofNobody), OPTIONS)).toBeUndefined();
  });

  test("of a type that is not chosen, or that this version does not know", () => {
    const chosen = { ...OPTIONS, types: ["token.leaked"] as const };
    expect(renderMail(revoked, chosen)).toBeUndefined();
    expect(renderMail(noticeOf("token.leaked", {}), chosen)).toBeDefined();
    // A cast, as a later version may have written it.
    expect(renderMail(noticeOf("token.borrowed" as EventType, {}), OPTIONS)).toBeUndefined();
  });

  test("of a rotation that no longer waits, or whose pepper is gone: it has no code", () => {
    const { code: _, ...ended } = requested;
    expect(renderMail(ended, OPTIONS)).toBeUndefined();
    expect(renderMail(ended, { app: { name: "Shop" } })).toBeUndefined();
  });
});

test("an owner who is inactive still hears of its tokens", () => {
  const recipient = { ...ADA, active: false, apiAccess: false };
  expect(mailOf({ ...revoked, recipient }).to).toBe("ada@acme.example");
});

test.each(["ada@acme.example, eve@evil.example", "ada@acme.example\nBcc: eve@evil.example", "ada"])(
  "AP-4 an address that is not exactly one, %j, is final, and is not repeated",
  (email) => {
    const error = errorOf(() => mailOf({ ...revoked, recipient: { ...ADA, email } }));
    expect(error).toBeInstanceOf(NoticeError);
    expect(error).toMatchObject({ isFinal: true });
    expect(String(error)).not.toContain("ada");
  },
);

describe("links", () => {
  test("a rotation without its link names the option, and is tried again once it is there", () => {
    const error = errorOf(() => renderMail(requested, { app: { name: "Shop" } }));
    expect(error).toBeInstanceOf(NoticeError);
    expect(error).toMatchObject({
      isFinal: false,
      message: "options.links.confirmRotation is missing: a rotation waits for its link",
    });
  });

  test("a link of a rotation that is none is the same, and does not tell the code", () => {
    const links = { confirmRotation: (code: string) => `http://shop.example/${code}` };
    const error = errorOf(() => mailOf(requested, { links }));
    expect(error).toMatchObject({ isFinal: false });
    expect(String(error)).toMatch(/options\.links\.confirmRotation/);
    expect(String(error)).not.toContain(CODE);
  });

  test.each(["confirmRotation", "cancelRotation"] as const)(
    "what %s throws is not told, as it may hold the code",
    (name) => {
      const links = {
        ...OPTIONS.links,
        [name]: (code: string) => new URL(code, "not a base").href,
      };
      const error = errorOf(() => mailOf(requested, { links }));
      expect(error).toMatchObject({ message: `options.links.${name} failed: TypeError` });
      expect(error).not.toHaveProperty("cause");
    },
  );

  test("others that are not to be followed are left out, with their names", () => {
    const links = { tokens: () => "javascript:alert(1)", help: () => "http://shop.example/" };
    const { text, html } = mailOf(revoked, { links });
    expect(text + html).not.toMatch(/alert|Show your tokens|Get help|http:\/\/shop/);
  });

  test("get the notice", () => {
    const links = {
      tokens: ({ account }: { account: string }) => `https://${account}.shop.example/`,
    };
    expect(mailOf(revoked, { links }).text).toContain("https://acme.shop.example/");
  });

  test("none are needed", () => {
    const { text, html } = mailOf(revoked, { links: {}, app: { name: "Shop" } });
    expect(text + html).not.toMatch(/https?:|href/);
  });
});

describe("languages and zones", () => {
  interface Profile {
    readonly locale: string;
    readonly zone: string;
  }
  const recipient: Owner<Profile> = { ...ADA, profile: { locale: "de-AT", zone: "Europe/Vienna" } };
  const options = {
    ...OPTIONS,
    languages: { de: german },
    locale: (owner: Owner<Profile>) => owner.profile?.locale,
    timeZone: (owner: Owner<Profile>) => owner.profile?.zone,
  };

  test("are those of the owner, and said in the HTML", () => {
    const mail = renderMail({ ...revoked, recipient }, options);
    expect(mail?.subject).toBe("Token widerrufen: laptop");
    expect(mail?.text).toContain("Art: persönlicher Token\nGrund: left the team\n");
    expect(mail?.text).toContain("Wann: 22. November 2026 um 15:05 MEZ");
    expect(mail?.html).toMatch(/^<!doctype html>\n<html lang="de-AT" dir="ltr">/);
  });

  test("of which there is no table are English", () => {
    const french = { ...recipient, profile: { locale: "fr", zone: "Europe/Paris" } };
    const mail = renderMail({ ...revoked, recipient: french }, options);
    expect(mail?.subject).toBe("Your token was revoked: laptop");
    expect(mail?.text).toContain("at 3:05 PM GMT+1");
    expect(mail?.html).toContain('<html lang="en" dir="ltr">');
  });

  test.each(TYPES)("%s can be said in German", (type) => {
    const notice = noticeOf(type, DATA[type], { recipient });
    const { subject, text, html } = renderMail(notice, options) ?? {};
    for (const part of [subject, text, html]) expect(part).not.toMatch(/token was|undefined|Your/);
  });

  test("English can be replaced, kinds can have names, and a language can be written from the right", () => {
    const texts = { ...english, direction: "rtl", kinds: { personal: "PAT" } } as const;
    const { text, html } = mailOf(revoked, { languages: { en: texts } });
    expect(text).toContain("Kind: PAT");
    expect(html).toContain('<html lang="en" dir="rtl">');
  });
});

describe("a template of the host's", () => {
  const template = (facts: MailFacts) => ({
    subject: `${facts.token?.name}\r\nBcc: eve@evil.example`,
    text: `${facts.reason} at ${facts.at}`,
    html: `<p>${escapeHtml(facts.reason ?? "")}</p>`,
  });

  test("takes the place of one type's, but its subject is one line too", () => {
    const templates = { "token.revoked": template };
    expect(mailOf(revoked, { templates })).toEqual({
      to: "ada@acme.example",
      subject: "laptop Bcc: eve@evil.example",
      text: "left the team at November 22, 2026 at 2:05 PM UTC",
      html: "<p>left the team</p>",
    });
    const other = noticeOf("token.issued", DATA["token.issued"]);
    expect(mailOf(other, { templates })).toEqual(mailOf(other));
  });

  test("must give texts: an object could name a file", () => {
    // A cast, as JavaScript hosts can give anything.
    const html = { path: "/etc/passwd" } as unknown as string;
    const templates = { "token.revoked": () => ({ subject: "x", text: "x", html }) };
    expect(() => mailOf(revoked, { templates })).toThrow(
      new TypeError('options.templates["token.revoked"] must give texts'),
    );
  });
});

describe("the facts", () => {
  function factsOf(...of: Parameters<typeof noticeOf>): MailFacts {
    let facts: MailFacts | undefined;
    const keep = (given: MailFacts) => {
      facts = given;
      return { subject: "", text: "", html: "" };
    };
    const notice = noticeOf(...of);
    mailOf(notice, { templates: Object.fromEntries(TYPES.map((type) => [type, keep])) });
    if (facts === undefined) throw new Error("no template was asked");
    return facts;
  }

  test("are what the notice has, in words", () => {
    expect(factsOf("network.refused", DATA["network.refused"], { actor: "mia" })).toMatchObject({
      type: "network.refused",
      app: { name: "Shop", url: "https://shop.example/" },
      locale: "en",
      token: { name: "laptop", kind: "personal", expiresAt: undefined },
      tokens: [],
      count: 1,
      actor: { type: "other", id: "mia" },
      at: "November 22, 2026 at 2:05 PM UTC",
      reason: "the token may not be used from this network",
      ...{ api: "orders", address: "198.51.100.23", zone: "office" },
      links: { tokens: "https://shop.example/tokens", help: "https://shop.example/help" },
    });
  });

  test("hold the code in no links but those of a rotation that waits", () => {
    expect(Object.keys(factsOf("token.issued", {}, { code: CODE }).links)).toEqual([
      "tokens",
      "help",
    ]);
    expect(factsOf("rotation.requested", {}).links.cancelRotation).toContain(CODE);
  });

  test("of several tokens name twenty, and none where the notice is about one", () => {
    const named = Array.from({ length: 30 }, (_, index) => ({ name: `token ${index}` }));
    const ofNone = { tokenId: null };
    const facts = factsOf("token.expired", { count: 30, tokens: named }, ofNone);
    expect(facts.tokens.map(({ name }) => name)).toEqual(
      named.slice(0, 20).map(({ name }) => name),
    );
    expect(facts).toMatchObject({ token: undefined, count: 30 });
    expect(factsOf("token.expired", { name: "laptop", tokens: named.slice(0, 1) })).toMatchObject({
      ...{ token: { name: "laptop" }, tokens: [], count: 1 },
    });
  });

  test("of a notice that went through a queue as JSON are the same", () => {
    const data = DATA["token.expiring"];
    const at = JSON.parse(JSON.stringify(AT));
    expect(factsOf("token.expiring", data, { at }).expiresIn).toBe("in 7 days");
    expect(factsOf("token.expiring", data, { at }).at).toBe("November 22, 2026 at 2:05 PM UTC");
  });

  test("who did it: the owner, the application, or another", () => {
    expect(factsOf("token.revoked", {}).actor).toEqual({ type: "owner" });
    expect(factsOf("token.revoked", {}, { actor: "SYSTEM" }).actor).toEqual({
      type: "application",
    });
    expect(factsOf("token.revoked", {}, { actor: "\r\n" }).actor).toEqual({ type: "application" });
  });
});

test("no mail holds more of a token than its name and kind", () => {
  const hint = "acme_pat_…x7Qz";
  const data = { name: "laptop", hint, hash: "5e884898da28", secret: "acme_pat_secret" };
  for (const type of TYPES) {
    const { subject, text, html } = mailOf(noticeOf(type, { ...DATA[type], ...data }));
    expect(subject + text + html).not.toMatch(/x7Qz|5e884898|acme_pat/);
  }
});
