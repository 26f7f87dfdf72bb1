import { createTransport } from "nodemailer";
import { describe, expect, test } from "vitest";
import { NoticeError } from "../../../src/index.ts";
import { type MailMessage, mailNotifier } from "../../../src/notifiers/mail/index.ts";
import { DATA, mailOf, noticeOf, OPTIONS } from "./notice.ts";

const FROM = "Shop, Inc. <no-reply@shop.example>";
const revoked = noticeOf("token.revoked", DATA["token.revoked"]);

function recordingTransport() {
  const sent: MailMessage[] = [];
  return { sent, sendMail: async (message: MailMessage) => void sent.push(message) };
}

describe("the message", () => {
  test("is what renderMail gives, to one address, marked as automatic", async () => {
    const transport = recordingTransport();
    const replyTo = "Help <help@shop.example>";
    await mailNotifier({ ...OPTIONS, transport, from: FROM, replyTo }).deliver(revoked);
    const { subject, text, html } = mailOf(revoked);
    expect(transport.sent).toEqual([
      {
        from: { name: "Shop, Inc.", address: "no-reply@shop.example" },
        to: { name: "", address: "ada@acme.example" },
        replyTo: { name: "Help", address: "help@shop.example" },
        ...{ subject, text, html },
        messageId: `<${revoked.id}.notifier@shop.example>`,
        headers: { "Auto-Submitted": "auto-generated", "X-Tokenry-Notice": revoked.id },
      },
    ]);
  });

  test("has the same Message-ID at every try, and another on every channel", async () => {
    const transport = recordingTransport();
    const notifier = mailNotifier({ ...OPTIONS, transport, from: FROM });
    for (const changes of [
      { attempt: 1 },
      { attempt: 2 },
      { channel: "mail 2" },
      { channel: "mail.2" },
    ])
      await notifier.deliver({ ...revoked, ...changes });
    expect(transport.sent.map(({ messageId }) => messageId)).toEqual([
      `<${revoked.id}.notifier@shop.example>`,
      `<${revoked.id}.notifier@shop.example>`,
      `<${revoked.id}.mail%00202@shop.example>`,
      `<${revoked.id}.mail%002e2@shop.example>`,
    ]);
  });

  test("has a Message-ID of ASCII whatever the domain", async () => {
    const transport = recordingTransport();
    await mailNotifier({ ...OPTIONS, transport, from: "a@büro.example" }).deliver(revoked);
    expect(transport.sent[0]?.messageId).toMatch(/@xn--bro-hoa\.example>$/);
  });

  test("goes through nodemailer's own transports as it is", async () => {
    const transport = createTransport({ jsonTransport: true });
    const sent: string[] = [];
    const keeping = {
      async sendMail(message: MailMessage) {
        sent.push(String((await transport.sendMail(message)).message));
      },
    };
    await mailNotifier({ ...OPTIONS, transport: keeping, from: FROM }).deliver(revoked);
    expect(JSON.parse(sent[0] ?? "")).toMatchObject({
      from: { name: "Shop, Inc.", address: "no-reply@shop.example" },
      to: [{ name: "", address: "ada@acme.example" }],
      messageId: `<${revoked.id}.notifier@shop.example>`,
      ...{ subject: mailOf(revoked).subject, headers: { "Auto-Submitted": "auto-generated" } },
    });
  });
});

test("what is not to be sent is done, and the transport is not asked", async () => {
  const transport = recordingTransport();
  const notifier = mailNotifier({ ...OPTIONS, transport, from: FROM });
  await notifier.deliver({ ...revoked, recipient: undefined });
  await notifier.deliver(noticeOf("zone.changed", { name: "office" }));
  expect(transport.sent).toEqual([]);
});

test("a transport that throws instead of rejecting, and keeps its own `this`, is one as well", async () => {
  class Throwing {
    readonly failure: Error = new Error("out of reach");
    sendMail(): Promise<never> {
      throw this.failure;
    }
  }
  const transport = new Throwing();
  const notifier = mailNotifier({ ...OPTIONS, transport, from: FROM });
  await expect(notifier.deliver(revoked)).rejects.toBe(transport.failure);
});

test("a wrong address rejects, and is not thrown at the caller", async () => {
  const notifier = mailNotifier({ ...OPTIONS, transport: recordingTransport(), from: FROM });
  const recipient = { id: "ada", account: "acme", active: true, email: "none" };
  const delivering = notifier.deliver({ ...revoked, recipient });
  await expect(delivering).rejects.toBeInstanceOf(NoticeError);
});
