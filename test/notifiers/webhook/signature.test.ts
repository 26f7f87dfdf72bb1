import { createHmac } from "node:crypto";
import fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { describe, expect, test } from "vitest";
import { readSecrets } from "../../../src/notifiers/webhook/secret.ts";
import { isSame, sign, WEBHOOK_ID } from "../../../src/notifiers/webhook/signature.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const [KEY = new Uint8Array()] = readSecrets([SECRET], "secrets");
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("sign", () => {
  test("gives what Standard Webhooks gives for its own example", () => {
    const id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const body = bytes('{"test": 2432232314}');
    expect(sign(KEY, { id, timestamp: 1614265330, body })).toBe(
      "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    );
  });

  test("gives what the library of Standard Webhooks gives for any text", () => {
    const wanted = new Webhook(SECRET);
    const ids = fc.stringMatching(WEBHOOK_ID);
    fc.assert(
      fc.property(
        ids,
        fc.nat(2_000_000_000),
        fc.string({ unit: "grapheme" }),
        (id, timestamp, text) => {
          const signature = sign(KEY, { id, timestamp, body: bytes(text) });
          expect(`v1,${signature}`).toBe(wanted.sign(id, new Date(timestamp * 1000), text));
        },
      ),
    );
  });

  test("gives HMAC-SHA-256 for any bytes and any key", () => {
    const keys = fc.uint8Array({ minLength: 24, maxLength: 64 });
    fc.assert(
      fc.property(keys, fc.uint8Array({ maxLength: 2000 }), (key, body) => {
        const expected = createHmac("sha256", key).update("id.5.").update(body).digest("base64");
        expect(sign(key, { id: "id", timestamp: 5, body })).toBe(expected);
      }),
    );
  });
});

describe("isSame", () => {
  test("is equality", () => {
    const texts = fc.string({ maxLength: 3, unit: fc.constantFrom("a", "b", "\u0161") });
    fc.assert(
      fc.property(texts, texts, (left, right) => {
        expect(isSame(left, right)).toBe(left === right);
        expect(isSame(left, left)).toBe(true);
      }),
    );
  });
});
