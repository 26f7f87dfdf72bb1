// Checked by `npm run typecheck`: nothing here runs.
import { createTransport } from "nodemailer";
import type { Notice, Notifier, Owner } from "tokenry";
import {
  english,
  type MailFacts,
  type MailMessage,
  type MailTexts,
  type MailTransport,
  mailNotifier,
  type RenderedMail,
  renderMail,
} from "tokenry/mail";
import { expectTypeOf } from "vitest";
import type { Profile } from "./shop.ts";

const app = { name: "Shop" };
const from = "Shop <no-reply@shop.example>";

// Every transport of nodemailer is one.
expectTypeOf(createTransport("smtps://mail.shop.example")).toExtend<MailTransport>();
expectTypeOf(createTransport({ host: "mail.shop.example" })).toExtend<MailTransport>();
expectTypeOf(createTransport({ pool: true, host: "mail.shop.example" })).toExtend<MailTransport>();
expectTypeOf(createTransport({ sendmail: true })).toExtend<MailTransport>();
expectTypeOf(createTransport({ streamTransport: true })).toExtend<MailTransport>();
expectTypeOf(createTransport({ jsonTransport: true })).toExtend<MailTransport>();
expectTypeOf(
  mailNotifier({ transport: createTransport({ host: "mail.shop.example" }), from, app }),
).toEqualTypeOf<Notifier>();

// So is anything that sends what it is given.
const transport = {
  async sendMail(message: MailMessage) {
    expectTypeOf(message.to.address).toEqualTypeOf<string>();
  },
};
mailNotifier({ transport, from, app });
// @ts-expect-error a transport sends
mailNotifier({ transport: {}, from, app });
// @ts-expect-error a sender is needed
mailNotifier({ transport, app });
// @ts-expect-error no such option
mailNotifier({ transport, from, app, language: "de" });

// The profile is the directory's.
mailNotifier({
  transport,
  from,
  app,
  locale: (owner: Owner<Profile>) => owner.profile?.department,
});
mailNotifier<Profile>({ transport, from, app, timeZone: ({ profile }) => profile?.department });
// @ts-expect-error no such part of a profile
mailNotifier<Profile>({ transport, from, app, timeZone: ({ profile }) => profile?.zone });

// Types are those of an owner.
mailNotifier({ transport, from, app, types: ["token.issued", "token.leaked"] });
// @ts-expect-error of no owner
mailNotifier({ transport, from, app, types: ["zone.changed"] });

// A template is a plain function of the facts.
const template = ({ token, at }: MailFacts) => ({
  subject: `${token?.name}`,
  text: `${at}`,
  html: "",
});
mailNotifier({ transport, from, app, templates: { "token.issued": template } });
const halfTemplate = () => ({ subject: "", text: "" });
// @ts-expect-error both bodies are needed
mailNotifier({ transport, from, app, templates: { "token.issued": halfTemplate } });

// A table of another language has every entry.
const texts: MailTexts = { ...english, kinds: { personal: "PAT" } };
mailNotifier({ transport, from, app, languages: { en: texts } });
const { footer: _, ...incomplete } = english;
// @ts-expect-error the footer is missing
mailNotifier({ transport, from, app, languages: { en: incomplete } });

// A link of a rotation gets the code.
mailNotifier({
  ...{ transport, from, app },
  links: {
    tokens: (notice) => `https://${notice.account}.example`,
    confirmRotation: (code) => {
      expectTypeOf(code).toEqualTypeOf<string>();
      return code;
    },
  },
});

// Rendering needs no transport.
declare const notice: Notice;
expectTypeOf(renderMail(notice, { app })).toEqualTypeOf<RenderedMail | undefined>();
