import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { generateWebhookSecret, readSecrets } from "../../../src/notifiers/webhook/secret.ts";

const secretOf = (bytes: Uint8Array): string => `whsec_${Buffer.from(bytes).toString("base64")}`;

describe("generateWebhookSecret", () => {
  test("gives 32 bytes in the form of Standard Webhooks", () => {
    const secret = generateWebhookSecret();
    expect(secret).toMatch(/^whsec_[0-9A-Za-z+/]{43}=$/);
    expect(readSecrets([secret], "secrets")[0]).toHaveLength(32);
  });

  test("gives another each time, with every byte somewhere", () => {
    const secrets = Array.from({ length: 1000 }, generateWebhookSecret);
    expect(new Set(secrets).size).toBe(1000);
    const bytes = readSecrets(secrets.slice(0, 8), "secrets").flatMap((key) => [...key]);
    expect(new Set(bytes).size).toBeGreaterThan(100);
  });
});

describe("readSecrets", () => {
  test("reads keys of 24 to 64 bytes", () => {
    const keys = fc.uint8Array({ minLength: 24, maxLength: 64 });
    fc.assert(
      fc.property(fc.array(keys, { minLength: 1, maxLength: 8 }), (expected) => {
        expect(readSecrets(expected.map(secretOf), "secrets")).toEqual(expected);
      }),
    );
  });

  test("refuses other numbers of secrets", () => {
    const secret = generateWebhookSecret();
    for (const secrets of [[], Array.from({ length: 9 }, () => secret)])
      expect(() => readSecrets(secrets, "options.secrets")).toThrow(
        new RangeError("options.secrets must be 1 to 8"),
      );
  });

  test.each([undefined, null, "whsec_", {}, [undefined], [null], [1], [new Uint8Array(32)]])(
    "refuses %j by its type",
    (value) => {
      // A cast, as the compiler refuses it too.
      expect(() => readSecrets(value as readonly string[], "options.secrets")).toThrow(TypeError);
    },
  );

  test.each([
    ["nothing", ""],
    ["the prefix alone", "whsec_"],
    ["no prefix", Buffer.alloc(32, 7).toString("base64")],
    ["another prefix", `whsk_${Buffer.alloc(32, 7).toString("base64")}`],
    ["23 bytes", secretOf(Buffer.alloc(23, 7))],
    ["65 bytes", secretOf(Buffer.alloc(65, 7))],
    ["no padding", secretOf(Buffer.alloc(32, 7)).replace("=", "")],
    ["base64url", secretOf(Buffer.alloc(32, 0xff)).replaceAll("/", "_")],
    ["a blank", `${secretOf(Buffer.alloc(32, 7))} `],
    ["a line's end", `${secretOf(Buffer.alloc(32, 7)).slice(0, -4)}\nAA=`],
    ["padding within", `whsec_${"A".repeat(30)}==${"A".repeat(12)}`],
  ])("refuses %s, and does not repeat it", (_name, secret) => {
    const path = "options.endpoint.secrets";
    expect(() => readSecrets([generateWebhookSecret(), secret], path)).toThrow(
      new RangeError(`${path}[1] must be whsec_ and 24 to 64 bytes in base64`),
    );
  });
});
