import { describe, expect, test } from "vitest";
import { NoticeError } from "../../../src/index.ts";
import { sendingError } from "../../../src/notifiers/mail/failure.ts";
import { CODE, DATA, mailOf, noticeOf } from "./notice.ts";

const mail = mailOf(noticeOf("token.revoked", DATA["token.revoked"]));
const rotation = mailOf(noticeOf("rotation.requested", DATA["rotation.requested"]));

function failure(fields: object, message = "failed"): Error {
  return Object.assign(new Error(message), fields);
}

const rcpt = { code: "EENVELOPE", command: "RCPT TO" };

describe("a recipient that the server refuses for good is final", () => {
  test.each([
    { ...rcpt, responseCode: 550, response: "550 5.1.1 no such user" },
    { ...rcpt, responseCode: 554 },
    { ...rcpt, responseCode: 501 },
    { code: "EENVELOPE", responseCode: 550 },
    { responseCode: 550 },
    { code: "EMESSAGE", command: "DATA", responseCode: 550 },
    { code: "EMESSAGE", command: "DATA", responseCode: 552 },
    { responseCode: 551 },
    { responseCode: 553 },
    { responseCode: 556 },
  ])("%o", (fields) => {
    const cause = failure(fields);
    const error = sendingError(cause, mail, false);
    expect(error).toBeInstanceOf(NoticeError);
    expect(error).toMatchObject({ isFinal: true, cause });
  });

  test("says what the server answered, as numbers", () => {
    const cause = failure({ ...rcpt, responseCode: 550, response: "550 5.1.1 no such user" });
    expect(sendingError(cause, mail, false).message).toBe(
      "the mail server refuses the recipient (EENVELOPE 550 5.1.1 RCPT TO)",
    );
  });
});

describe("whatever else fails stays as it is, and is tried again", () => {
  test.each([
    { ...rcpt, responseCode: 421 },
    { code: "EENVELOPE", command: "MAIL FROM", responseCode: 550 },
    { code: "EENVELOPE", command: "DATA", responseCode: 554 },
    { ...rcpt, responseCode: 530 },
    { code: "EAUTH", command: "AUTH PLAIN", responseCode: 535 },
    { code: "EAUTH", responseCode: 550 },
    { command: "AUTH LOGIN", responseCode: 550 },
    { code: "EMESSAGE", command: "DATA", responseCode: 554 },
    { code: "ECONNECTION" },
    { code: "ETIMEDOUT", command: "CONN" },
    { code: "EENVELOPE" },
    { responseCode: "550" },
    { ...rcpt, responseCode: 650 },
    {},
  ])("%o", (fields) => {
    const cause = failure(fields);
    expect(sendingError(cause, mail, false)).toBe(cause);
  });

  test.each([450, 451, 452])("%d to the recipient says nothing of the server", (responseCode) => {
    const cause = failure({ ...rcpt, responseCode });
    const error = sendingError(cause, mail, false);
    expect(error).toBeInstanceOf(NoticeError);
    expect(error).toMatchObject({ isFinal: false, concernsChannel: false, cause });
  });

  test.each([
    [550, "5.7.1 Service unavailable; client host blocked"],
    [554, "5.7.1 Relay access denied"],
    [553, "5.7.1 Sender address rejected"],
    [550, "5.7.26 DMARC"],
    [550, "5.4.6 quota exceeded"],
    [550, "5.1.8 bad sender's domain"],
  ])("%d %s is no word about the mailbox: it is tried again", (responseCode, text) => {
    const cause = failure({ ...rcpt, responseCode, response: `${responseCode} ${text}` });
    expect(sendingError(cause, mail, false)).not.toMatchObject({ isFinal: true });
  });

  test.each([undefined, null, "no", 7, {}])("what is no error, %o, becomes one", (cause) => {
    const error = sendingError(cause, mail, false);
    expect(error).toBeInstanceOf(NoticeError);
    expect(error).toMatchObject({ isFinal: false, cause });
  });
});

describe("EDG-12 an error tells nothing of what was sent", () => {
  /** Everything about an error that a log could hold. */
  function told(error: Error): string {
    return [error.message, error.stack, String(error.cause), JSON.stringify(error)].join("\n");
  }

  test.each([
    { code: "EMESSAGE", command: "DATA", responseCode: 554, response: `554 ${CODE}` },
    { ...rcpt, responseCode: 550, response: `550 5.7.1 ${CODE}` },
    { code: `E${CODE}`, command: CODE },
    {},
  ])("where there is a code, only what can be none is told: %o", (fields) => {
    const cause = failure(fields, `spam: https://shop.example/rotation?code=${CODE}`);
    const error = sendingError(cause, rotation, true);
    expect(error).toBeInstanceOf(NoticeError);
    expect(told(error)).not.toContain(CODE.slice(0, 8));
    expect(told(error)).not.toContain(CODE.slice(-8));
    expect(error.cause).toBeUndefined();
  });

  test("which is enough to see what failed", () => {
    const fields = {
      code: "EMESSAGE",
      command: "DATA",
      responseCode: 554,
      response: "554 5.7.1 no",
    };
    expect(sendingError(failure(fields), rotation, true).message).toBe(
      "the mail could not be sent (EMESSAGE 554 5.7.1 DATA)",
    );
    expect(sendingError(failure({}), rotation, true).message).toBe("the mail could not be sent");
  });

  test.each(["subject", "text", "html"] as const)("nor is the %s of any other", (part) => {
    const error = sendingError(failure({}, `refused: ${mail[part]}`), mail, false);
    expect(told(error)).not.toContain(mail[part]);
    expect(error).toMatchObject({ isFinal: false });
  });
});
