import { describe, expect, test } from "vitest";
import {
  english,
  type MailOptions,
  mailNotifier,
  renderMail,
} from "../../../src/notifiers/mail/index.ts";
import { DATA, noticeOf } from "./notice.ts";

const RIGHT = {
  transport: { sendMail: async () => undefined },
  from: "Shop <no-reply@shop.example>",
  app: { name: "Shop" },
};

/** What is thrown with these options, which JavaScript hosts can give. */
function faultOf(options: object): unknown {
  try {
    mailNotifier({ ...RIGHT, ...options } as MailOptions);
    return undefined;
  } catch (error) {
    return error;
  }
}

test("the least that is needed, and everything", () => {
  expect(faultOf({})).toBeUndefined();
  expect(
    faultOf({
      ...{ replyTo: "help@shop.example", app: { name: "Shop", url: "http://localhost:3000" } },
      ...{ links: { tokens: () => "" }, locale: () => "en", timeZone: () => "UTC" },
      languages: { "de-at": { ...english, direction: "ltr", kinds: { personal: "PAT" } } },
      templates: { "token.issued": () => ({ subject: "", text: "", html: "" }) },
      types: ["token.issued"],
    }),
  ).toBeUndefined();
});

describe("a wrong option is refused at once, by its path", () => {
  const { labels: _, ...unlabelled } = english;
  const unspoken = { ...english, messages: { ...english.messages, "token.leaked": "leaked" } };
  test.each<[string, object, ErrorConstructor, string]>([
    ["no transport", { transport: undefined }, TypeError, "options.transport must be an object"],
    [
      "a transport that sends nothing",
      { transport: {} },
      TypeError,
      "options.transport.sendMail must be a function",
    ],
    ["no sender", { from: undefined }, TypeError, "options.from must be a string"],
    ["two senders", { from: "a@b.c, d@e.f" }, RangeError, "options.from must be an address"],
    [
      "a sender with a line end",
      { from: "a@b.c\nBcc: d@e.f" },
      RangeError,
      "options.from must not hold control characters",
    ],
    [
      "no address for answers",
      { replyTo: "help" },
      RangeError,
      "options.replyTo must be an address",
    ],
    ["no application", { app: undefined }, TypeError, "options.app must be an object"],
    ["no name", { app: { name: "" } }, RangeError, "options.app.name must not be empty"],
    [
      "a name with a line end",
      { app: { name: "a\nb" } },
      RangeError,
      "options.app.name must not hold control characters",
    ],
    [
      "an address of no page",
      { app: { name: "Shop", url: "http://shop.example" } },
      RangeError,
      "options.app.url must be a URL of https",
    ],
    [
      "an address of a mailbox",
      { app: { name: "Shop", url: "mailto:a@b.c" } },
      RangeError,
      "options.app.url must be a URL of https",
    ],
    [
      "more of the application",
      { app: { name: "Shop", logo: "" } },
      TypeError,
      'options.app: there is no "logo"',
    ],
    ["a mistyped option", { language: {} }, TypeError, 'options: there is no "language"'],
    [
      "a mistyped link",
      { links: { token: () => "" } },
      TypeError,
      'options.links: there is no "token"',
    ],
    [
      "a link that is a text",
      { links: { tokens: "https://a.b" } },
      TypeError,
      "options.links.tokens must be a function",
    ],
    ["a locale that is a text", { locale: "de" }, TypeError, "options.locale must be a function"],
    [
      "a zone that is a text",
      { timeZone: "UTC" },
      TypeError,
      "options.timeZone must be a function",
    ],
    [
      "languages in a list",
      { languages: [english] },
      TypeError,
      "options.languages must be an object",
    ],
    [
      "no language",
      { languages: { "de_AT!": english } },
      RangeError,
      'options.languages: "de_AT!" is not a language tag',
    ],
    [
      "a language without texts",
      { languages: { de: null } },
      TypeError,
      "options.languages.de must be an object",
    ],
    [
      "a table without labels",
      { languages: { de: unlabelled } },
      TypeError,
      "options.languages.de.labels must be an object",
    ],
    [
      "a table without a message",
      { languages: { de: unspoken } },
      TypeError,
      'options.languages.de.messages["token.leaked"] must be a function',
    ],
    [
      "a table without a word",
      { languages: { de: { ...english, labels: {} } } },
      TypeError,
      'options.languages.de.labels["token"] must be a string',
    ],
    [
      "a table of no direction",
      { languages: { de: { ...english, direction: "up" } } },
      RangeError,
      "options.languages.de.direction must be one of",
    ],
    [
      "a kind without a word",
      { languages: { de: { ...english, kinds: { personal: 7 } } } },
      TypeError,
      'options.languages.de.kinds["personal"] must be a string',
    ],
    [
      "a template of no type",
      { templates: { "zone.changed": () => "" } },
      TypeError,
      'options.templates: there is no "zone.changed"',
    ],
    [
      "a template that is a text",
      { templates: { "token.issued": "x" } },
      TypeError,
      "options.templates.token.issued must be a function",
    ],
    [
      "types that are no list",
      { types: "token.issued" },
      TypeError,
      "options.types must be an array",
    ],
    [
      "a type of no owner",
      { types: ["token.issued", "zone.changed"] },
      RangeError,
      "options.types[1] must be one of",
    ],
  ])("%s", (_case, options, type, message) => {
    const fault = faultOf(options);
    expect(fault).toBeInstanceOf(type);
    expect(String(fault)).toContain(message);
  });
});

test("options are copied: a later change to them has no effect", () => {
  const types: ("token.issued" | "token.revoked")[] = ["token.issued"];
  const sent: unknown[] = [];
  const transport = { sendMail: async (message: unknown) => sent.push(message) };
  const links = { tokens: () => "https://shop.example/" };
  const options = { ...RIGHT, transport, types, links, app: { name: "Shop" } };
  const notifier = mailNotifier(options);
  types.push("token.revoked");
  options.app.name = "Mallory";
  links.tokens = () => "https://mallory.example/";
  return Promise.all([
    notifier.deliver(noticeOf("token.revoked", DATA["token.revoked"])),
    notifier.deliver(noticeOf("token.issued", DATA["token.issued"])),
  ]).then(() => {
    expect(sent).toHaveLength(1);
    expect(JSON.stringify(sent)).not.toMatch(/mallory/i);
  });
});

test("renderMail takes the same options, needs none of those for sending, and checks them", () => {
  const notice = noticeOf("token.issued", DATA["token.issued"]);
  expect(renderMail(notice, { app: { name: "Shop" } })).toEqual(renderMail(notice, RIGHT));
  expect(() => renderMail(notice, { app: { name: "" } })).toThrow(RangeError);
});
