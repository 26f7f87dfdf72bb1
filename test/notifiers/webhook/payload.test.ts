import { describe, expect, test } from "vitest";
import { bodyOf } from "../../../src/notifiers/webhook/payload.ts";
import { NOTICE } from "./notice.ts";

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

describe("the payload", () => {
  test("is the event in the form of Standard Webhooks", () => {
    expect(JSON.parse(textOf(bodyOf(NOTICE)))).toEqual({
      type: "token.revoked",
      timestamp: "2026-08-31T12:30:00.000Z",
      data: {
        id: "0198f6d0-5a40-7b1c-9e2d-3f4a5b6c7d8e",
        account: "acme",
        owner: "ada",
        tokenId: "0198f6d0-0000-7000-8000-000000000001",
        kind: "personal",
        actor: "mia",
        outcome: "done",
        data: { name: "laptop", reason: "lost" },
      },
    });
  });

  test("has null for what an event of an account does not have", () => {
    const notice = {
      ...NOTICE,
      type: "zone.changed",
      owner: null,
      tokenId: null,
      kind: null,
    } as const;
    expect(JSON.parse(textOf(bodyOf(notice))).data).toMatchObject({
      owner: null,
      tokenId: null,
      kind: null,
    });
  });

  test("EDG-12 has neither the code of a rotation nor anything of who is told", () => {
    const text = textOf(bodyOf({ ...NOTICE, type: "rotation.requested", code: "the-code" }));
    for (const hidden of ["the-code", "ada@acme.example", "finance", "recipient", "code"])
      expect(text).not.toContain(hidden);
  });

  test("is the same bytes at every try, whoever is told by then", () => {
    const first = bodyOf(NOTICE);
    expect(bodyOf({ ...NOTICE, attempt: 7, recipient: undefined, channel: "other" })).toEqual(
      first,
    );
  });

  test("is UTF-8", () => {
    const bytes = bodyOf({ ...NOTICE, data: { name: "Zoë’s 💻" } });
    expect(Buffer.from(bytes).toString("utf8")).toContain('"name":"Zoë’s 💻"');
  });
});
