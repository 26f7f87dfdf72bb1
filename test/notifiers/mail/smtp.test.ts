import { describe, expect, test } from "vitest";
import { NoticeError } from "../../../src/index.ts";
import { type MailTransport, mailNotifier } from "../../../src/notifiers/mail/index.ts";
import { startMailServer } from "./mail-server.ts";
import { CODE, DATA, mailOf, noticeOf, OPTIONS } from "./notice.ts";

const revoked = noticeOf("token.revoked", { name: "büro 🖥", reason: "<b>left</b>" });
const requested = noticeOf("rotation.requested", DATA["rotation.requested"]);

function notifierOver(transport: MailTransport) {
  return mailNotifier({ ...OPTIONS, transport, from: "Shop <no-reply@shop.example>" });
}

describe("over a real mail server, by STARTTLS", () => {
  test("a mail arrives as it was rendered, and twice under one Message-ID", async () => {
    await using server = await startMailServer();
    const notifier = notifierOver(server.transport());
    await notifier.deliver(revoked);
    await notifier.deliver({ ...revoked, attempt: 2 });
    const { subject, text, html } = mailOf(revoked);
    expect(server.received).toHaveLength(2);
    for (const { recipients, isEncrypted, mail } of server.received) {
      expect(recipients).toEqual(["ada@acme.example"]);
      expect(isEncrypted).toBe(true);
      expect(mail.subject).toBe(subject);
      expect(mail.text?.trimEnd()).toBe(text.trimEnd());
      expect(String(mail.html).trimEnd()).toBe(html.trimEnd());
      expect(mail.from?.text).toBe('"Shop" <no-reply@shop.example>');
      expect(mail.to).toMatchObject({ text: "ada@acme.example" });
      expect(mail.headers.get("auto-submitted")).toBe("auto-generated");
      expect(mail.headers.get("x-tokenry-notice")).toBe(revoked.id);
      expect(mail.messageId).toBe(`<${revoked.id}.notifier@shop.example>`);
    }
  });

  test.each([550, 551, 552, 553, 554, 556])("%d to the recipient is final", async (status) => {
    await using server = await startMailServer();
    server.refusals.recipient = [status, "5.1.1 no such user"];
    const delivering = notifierOver(server.transport()).deliver(revoked);
    await expect(delivering).rejects.toBeInstanceOf(NoticeError);
    await expect(delivering).rejects.toMatchObject({
      isFinal: true,
      message: `the mail server refuses the recipient (EENVELOPE ${status} 5.1.1 RCPT TO)`,
    });
  });

  test.each([421, 450, 451, 452])("%d to the recipient is tried again", async (status) => {
    await using server = await startMailServer();
    server.refusals.recipient = [status, "4.2.1 come back later"];
    const delivering = notifierOver(server.transport()).deliver(revoked);
    await expect(delivering).rejects.not.toMatchObject({ isFinal: true });
    await expect(delivering).rejects.toThrow(String(status));
    delete server.refusals.recipient;
    await notifierOver(server.transport()).deliver({ ...revoked, attempt: 2 });
    expect(server.received).toHaveLength(1);
  });

  test("a sender that is refused is no fault of the recipient's: it is tried again", async () => {
    await using server = await startMailServer();
    server.refusals.sender = [550, "5.7.1 not yours"];
    const delivering = notifierOver(server.transport()).deliver(revoked);
    await expect(delivering).rejects.toMatchObject({ command: "MAIL FROM", responseCode: 550 });
    await expect(delivering).rejects.not.toHaveProperty("isFinal");
  });

  test("a wrong password is tried again", async () => {
    await using server = await startMailServer();
    const delivering = notifierOver(server.transport("wrong")).deliver(revoked);
    await expect(delivering).rejects.toMatchObject({ code: "EAUTH", responseCode: 535 });
    await expect(delivering).rejects.not.toHaveProperty("isFinal");
  });

  test("a server that is down is tried again", async () => {
    const server = await startMailServer();
    const notifier = notifierOver(server.transport());
    await server.close();
    const delivering = notifier.deliver(revoked);
    await expect(delivering).rejects.toThrow("ECONNREFUSED");
    await expect(delivering).rejects.not.toHaveProperty("isFinal");
  });

  test("EDG-12 a server that repeats the mail tells nobody the code of its link", async () => {
    await using server = await startMailServer();
    const repeated: string[] = [];
    server.refusals.data = (message) => {
      const link = message.replaceAll("=\r\n", "").split("code=3D")[1]?.slice(0, CODE.length);
      repeated.push(link ?? "");
      return [554, `5.7.1 listed: ${link}`];
    };
    const delivering = notifierOver(server.transport()).deliver(requested);
    const error: unknown = await delivering.catch((cause: unknown) => cause);
    expect(repeated).toEqual([CODE]);
    expect(error).toMatchObject({
      message: "the mail could not be sent (EMESSAGE 554 5.7.1 DATA)",
      isFinal: false,
    });
    expect(error).not.toHaveProperty("cause");
    expect(error).not.toHaveProperty("response");
  });
});
