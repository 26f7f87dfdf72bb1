import fc from "fast-check";
import { simpleParser } from "mailparser";
import { createTransport } from "nodemailer";
import { describe, expect, test } from "vitest";
import { german } from "../../../examples/mail-preview/german.ts";
import type { EventData, Notice } from "../../../src/index.ts";
import { mailNotifier, type RenderedMail, renderMail } from "../../../src/notifiers/mail/index.ts";
import { ADA, mailOf, noticeOf, OPTIONS, TYPES } from "./notice.ts";

const PIECES = [
  ...["\r\n", "\n", "\r", "\0", "\u2028", "\u0085", "\u202e", "\ud800", "\ud83d\ude00", " "],
  ...["Bcc: eve@evil.example", "\r\n\r\n<html>", "=?utf-8?q?=0D=0ABcc:?=", ",eve@evil.example"],
  ...["<script>alert(1)</script>", '"', "'", "&", "<", ">", "--", "\r\n.\r\n", "</style>", "]]>"],
  ...["javascript:alert(1)", "https://evil.example/", "SYSTEM", "ada", "__proto__", "constructor"],
];
const hostileText = fc.oneof(
  fc.array(fc.constantFrom(...PIECES), { maxLength: 12 }).map((parts) => parts.join("")),
  fc.string({ unit: "binary", maxLength: 600 }),
);
const anyValue: fc.Arbitrary<unknown> = fc.oneof(
  hostileText,
  fc.constantFrom(null, true, false, 0, -1, 1e308, Number.NaN, 8.64e15 + 1),
  fc.double(),
  fc.array(fc.oneof(hostileText, fc.constant(null), fc.object()), { maxLength: 4 }),
  fc.object({ maxDepth: 2 }),
);
const KEYS = [
  ...["name", "slot", "backup", "reason", "expiresAt", "expiredAt", "threshold", "count", "tokens"],
  ...["resent", "revoked", "api", "address", "zone", "source", "url", "changed", "kind"],
];
const token = fc.record({ name: anyValue, kind: anyValue, expiresAt: anyValue });
/** Data as they should be but of hostile texts, of other types, and of any shape. */
const anyData = fc.oneof(
  fc.dictionary(fc.constantFrom(...KEYS), anyValue),
  fc.dictionary(fc.constantFrom(...KEYS), hostileText),
  fc.record({ count: anyValue, tokens: fc.array(token, { maxLength: 30 }), expiresAt: anyValue }),
  anyValue,
);

const anyNotice: fc.Arbitrary<Notice> = fc
  .record({
    type: fc.constantFrom(...TYPES),
    data: anyData,
    actor: fc.oneof(fc.constantFrom("ada", "SYSTEM"), hostileText),
    kind: fc.oneof(fc.constant(null), hostileText),
    tokenId: fc.oneof(fc.constant(null), hostileText),
    id: hostileText.map((text) => `id ${text}`),
    channel: hostileText,
    account: hostileText,
  })
  // A cast, as data may be of any shape.
  .map(({ type, data, ...rest }) => noticeOf(type, data as EventData, rest));

const TAGS =
  /<(?:!doctype html|\/?(?:html|head|title|body|meta|style|div|p|h1|h2|dl|dt|dd|bdi|ul|li|a|br)(?: [a-z-]+="[^"<>]*")*)>/g;

/** What is left of HTML when its tags, with nothing but quoted attributes, and its style sheet are taken away. */
function betweenTags(html: string): string {
  return html.replace(/<style>[\s\S]*?<\/style>/, "").replace(TAGS, "");
}

function attributesOf(html: string): Set<string> {
  const tags = html.replace(/<style>[\s\S]*?<\/style>/, "").match(TAGS) ?? [];
  return new Set(
    tags.flatMap((tag) => [...tag.matchAll(/ ([a-z-]+)="/g)].map(([, name]) => name ?? "")),
  );
}

function linksOf(html: string): string[] {
  return [...html.matchAll(/href="([^"]*)"/g)].map(([, link]) => link ?? "");
}

describe("whatever a notice holds", () => {
  test("renderMail never throws, and gives texts that tell of no fault", () => {
    fc.assert(
      fc.property(anyNotice, fc.constantFrom("en", "de"), (notice, locale) => {
        const options = { locale: () => locale, languages: { de: german } };
        const { subject, text, html } = mailOf(notice, options);
        for (const part of [subject, text, html]) expect(part.length).toBeGreaterThan(0);
        expect(text).not.toContain("[object ");
      }),
      { numRuns: 300 },
    );
  });

  test("AP-4 the subject is one line of at most 150 characters", () => {
    fc.assert(
      fc.property(anyNotice, (notice) => {
        const { subject } = mailOf(notice);
        expect(subject.length).toBeLessThanOrEqual(150);
        expect(subject).not.toMatch(
          /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u,
        );
      }),
      { numRuns: 300 },
    );
  });

  test("the HTML has the tags, attributes and links of the layout, and no other", () => {
    fc.assert(
      fc.property(anyNotice, (notice) => {
        const { html } = mailOf(notice);
        expect(betweenTags(html)).not.toMatch(/[<>"']/);
        expect(betweenTags(html).replace(/&(?:amp|lt|gt|quot|#39);/g, "")).not.toContain("&");
        for (const name of attributesOf(html))
          expect([
            "lang",
            "dir",
            "charset",
            "name",
            "content",
            "class",
            "style",
            "role",
            "aria-label",
            "href",
          ]).toContain(name);
        for (const link of linksOf(html))
          expect(link).toMatch(/^https:\/\/shop\.example\/[\w?=/-]*$/);
      }),
      { numRuns: 300 },
    );
  });

  test("the text has no line that a datum has made a link, a heading or a signature of", () => {
    fc.assert(
      fc.property(anyNotice, (notice) => {
        const { text } = mailOf(notice);
        expect(text).not.toMatch(/[^\P{Cc}\n]/u);
        expect(text.match(/^-- $/gm)).toHaveLength(1);
      }),
      { numRuns: 300 },
    );
  });

  test("the message has the header fields and the recipient of any other", async () => {
    const transport = createTransport({ streamTransport: true, buffer: true });
    await fc.assert(
      fc.asyncProperty(anyNotice, async (notice) => {
        let raw = "";
        const keeping = {
          async sendMail(message: Parameters<typeof transport.sendMail>[0]) {
            const sent = await transport.sendMail(message);
            expect(sent.envelope).toEqual({
              from: "no-reply@shop.example",
              to: ["ada@acme.example"],
            });
            raw = String(sent.message);
          },
        };
        const from = "Shop <no-reply@shop.example>";
        await mailNotifier({ ...OPTIONS, from, transport: keeping }).deliver(notice);
        const mail = await simpleParser(raw);
        expect([...mail.headers.keys()].sort()).toEqual([
          ...["auto-submitted", "content-type", "date", "from", "message-id", "mime-version"],
          ...["subject", "to", "x-tokenry-notice"],
        ]);
        expect(mail.to).toMatchObject({ text: "ada@acme.example" });
        expect(mail.messageId).toMatch(/^<[\w.%-]+@shop\.example>$/);
        expect(mail.attachments).toEqual([]);
        expect(mail.subject?.trim()).toBe(mailOf(notice).subject.trim());
      }),
      { numRuns: 100 },
    );
  });
});

test("AP-4 whatever stands for an address, there is one recipient or none", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        hostileText,
        hostileText.map((text) => `ada@acme.example${text}`),
        hostileText.map((text) => `${text}@acme.example`),
      ),
      (email) => {
        let mail: RenderedMail | undefined;
        try {
          mail = renderMail(
            noticeOf("token.revoked", {}, { recipient: { ...ADA, email } }),
            OPTIONS,
          );
        } catch {
          return;
        }
        if (mail !== undefined)
          expect(mail.to).toMatch(/^[^\s,;:<>()[\]\\"@]+@[^\s,;:<>()[\]\\"@]+$/);
      },
    ),
    { numRuns: 300 },
  );
});
