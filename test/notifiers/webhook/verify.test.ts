import fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { afterEach, describe, expect, test, vi } from "vitest";
import { bodyOf } from "../../../src/notifiers/webhook/payload.ts";
import { generateWebhookSecret, readSecrets } from "../../../src/notifiers/webhook/secret.ts";
import { sign } from "../../../src/notifiers/webhook/signature.ts";
import {
  type VerifyWebhookOptions,
  verifyWebhook,
  type WebhookHeaders,
  type WebhookRequest,
} from "../../../src/notifiers/webhook/verify.ts";
import { AT, NOTICE } from "./notice.ts";

const SECRET = generateWebhookSecret();
const OPTIONS: VerifyWebhookOptions = { secrets: [SECRET], now: () => AT };
const BODY = new TextDecoder().decode(bodyOf(NOTICE));

afterEach(() => vi.useRealTimers());

/** The headers that the library of Standard Webhooks makes. */
function headersFor(body = BODY, id = NOTICE.id, at = AT): Record<string, string> {
  return {
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(at / 1000)),
    "webhook-signature": new Webhook(SECRET).sign(id, new Date(at), body),
  };
}

function reasonFor(request: WebhookRequest, options = OPTIONS): string {
  const verdict = verifyWebhook(request, options);
  return verdict.ok ? "ok" : verdict.reason;
}

describe("verifyWebhook", () => {
  test("accepts the example of Standard Webhooks", () => {
    const headers = {
      "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
      "webhook-timestamp": "1614265330",
      "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    };
    const verdict = verifyWebhook(
      { body: '{"test": 2432232314}', headers },
      { secrets: ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], now: () => 1614265330_000 },
    );
    expect(verdict).toEqual({
      ok: true,
      id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
      timestamp: new Date(1614265330_000),
      payload: { test: 2432232314 },
    });
  });

  test("accepts what the library of Standard Webhooks has signed, whatever the JSON", () => {
    const ids = fc.stringMatching(/^[0-9A-Za-z_-]{1,64}$/);
    fc.assert(
      fc.property(fc.json(), ids, (body, id) => {
        const headers = headersFor(body, id);
        const expected = {
          ok: true,
          id,
          timestamp: new Date(AT),
          payload: JSON.parse(body),
        };
        expect(verifyWebhook({ body, headers }, OPTIONS)).toEqual(expected);
        const bytes = new TextEncoder().encode(body);
        expect(verifyWebhook({ body: bytes, headers }, OPTIONS)).toEqual(expected);
      }),
    );
  });

  test("T-04 judges the bytes that came: the same JSON in other bytes is refused", () => {
    const headers = headersFor();
    expect(reasonFor({ body: BODY, headers })).toBe("ok");
    expect(reasonFor({ body: `${BODY} `, headers })).toBe("bad_signature");
    const reordered = JSON.stringify(
      Object.fromEntries(Object.entries(JSON.parse(BODY)).reverse()),
    );
    expect(reasonFor({ body: reordered, headers })).toBe("bad_signature");
  });

  test("refuses a body of which any bit was flipped", () => {
    const headers = headersFor();
    const bytes = new TextEncoder().encode(BODY);
    fc.assert(
      fc.property(fc.nat(bytes.length * 8 - 1), (bit) => {
        const body = flipped(bytes, bit);
        expect(reasonFor({ body, headers })).toBe("bad_signature");
      }),
      { numRuns: 1000 },
    );
  });

  test("refuses headers of which any bit was flipped", () => {
    const headers = headersFor();
    const cases = Object.entries(headers).flatMap(([name, value]) =>
      Array.from({ length: value.length * 8 }, (_, bit) => ({ name, value, bit })),
    );
    for (const { name, value, bit } of cases) {
      const text = Buffer.from(flipped(Buffer.from(value), bit)).toString("latin1");
      const reason = reasonFor({ body: BODY, headers: { ...headers, [name]: text } });
      expect([name, text, reason]).not.toEqual([name, text, "ok"]);
    }
  });

  test("accepts nothing that the library of Standard Webhooks refuses", () => {
    vi.useFakeTimers({ now: AT });
    const reference = new Webhook(SECRET);
    const good = headersFor();
    const odd = fc.oneof(fc.string(), fc.constantFrom("v1,", "v2,x", " ", "0", "1.0", "v1", ","));
    const values = (value: string) =>
      fc.oneof(
        fc.constant(value),
        odd,
        odd.map((text) => `${value}${text}`),
        odd.map((text) => `${text}${value}`),
        odd.map((text) => `${text} ${value}`),
      );
    const headers = fc.record({
      "webhook-id": values(good["webhook-id"] ?? ""),
      "webhook-timestamp": values(good["webhook-timestamp"] ?? ""),
      "webhook-signature": values(good["webhook-signature"] ?? ""),
    });
    fc.assert(
      fc.property(headers, (given) => {
        if (verifyWebhook({ body: BODY, headers: given }, OPTIONS).ok)
          expect(reference.verify(BODY, given)).toEqual(JSON.parse(BODY));
      }),
      { numRuns: 2000 },
    );
  });

  test("does not read the end of an id as a timestamp, nor the reverse", () => {
    const signature = headersFor("5.{}", "a", AT)["webhook-signature"];
    const headers = {
      "webhook-id": `a.${Math.floor(AT / 1000)}`,
      "webhook-timestamp": "5",
      "webhook-signature": signature,
    };
    expect(reasonFor({ body: "{}", headers }, { ...OPTIONS, now: () => 5000 })).toBe("malformed");
  });
});

describe("headers", () => {
  const good = headersFor();

  test.each<[string, WebhookHeaders]>([
    ["of the Fetch standard", new Headers(good)],
    ["of Node", { host: "x", ...good }],
    [
      "in any case",
      Object.fromEntries(Object.entries(good).map(([name, value]) => [name.toUpperCase(), value])),
    ],
    [
      "of one value in a list each",
      Object.fromEntries(Object.entries(good).map(([name, value]) => [name, [value]])),
    ],
    [
      "beside others that are lists or absent",
      { ...good, "set-cookie": ["a", "b"], via: undefined },
    ],
  ])("are read %s", (_name, headers) => {
    expect(reasonFor({ body: BODY, headers })).toBe("ok");
  });

  test.each(Object.keys(good))("without %s are refused", (name) => {
    const { [name]: _left, ...others } = good;
    for (const headers of [
      others,
      { ...others, [name]: "" },
      { ...others, [name]: undefined },
      { ...others, [name]: [] },
    ])
      expect(reasonFor({ body: BODY, headers })).toBe("missing_header");
    expect(reasonFor({ body: BODY, headers: new Headers(others) })).toBe("missing_header");
  });

  test.each(Object.keys(good))("with %s twice are refused, be it the same", (name) => {
    const value = good[name] ?? "";
    const joined = new Headers(good);
    joined.append(name, value);
    const twice: WebhookHeaders[] = [
      joined,
      { ...good, [name]: [value, value] },
      { ...good, [name]: `${value}, ${value}` },
      { ...good, [name.toUpperCase()]: value },
    ];
    expect(twice.map((headers) => reasonFor({ body: BODY, headers }))).toEqual(
      twice.map(() => "malformed"),
    );
  });

  test.each([
    ["webhook-id", ["a b", "a.b", "a,b", "é", "a\n", "x".repeat(257)]],
    ["webhook-timestamp", ["now", "-1", "1.5", "+5", "05", "1e9", " 5", "0x5", "9".repeat(13)]],
    [
      "webhook-signature",
      [
        "v1",
        "v1,",
        ",x",
        "v1,a  v1,b",
        " v1,a",
        "v1,a ",
        "v1,a\n",
        "v1;a",
        `v1,${"a".repeat(8190)}`,
      ],
    ],
  ])("with %s of another form are refused", (name, values) => {
    for (const value of values)
      expect([value, reasonFor({ body: BODY, headers: { ...good, [name]: value } })]).toEqual([
        value,
        "malformed",
      ]);
  });

  test("with a value that is no text are refused", () => {
    // A cast, as the compiler refuses it too.
    const headers = { ...good, "webhook-timestamp": 5 } as unknown as WebhookHeaders;
    expect(reasonFor({ body: BODY, headers })).toBe("malformed");
  });
});

describe("signatures", () => {
  const good = headersFor();
  const wrong = "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=";
  const signed = (signature: string): WebhookRequest => ({
    body: BODY,
    headers: { ...good, "webhook-signature": signature },
  });

  test("any of several is enough, in any place", () => {
    const right = good["webhook-signature"] ?? "";
    for (const several of [
      [right, wrong],
      [wrong, right],
      [wrong, "v2,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=", "v1a,x", right, wrong],
    ])
      expect(reasonFor(signed(several.join(" ")))).toBe("ok");
  });

  test("of versions that are not known are no signatures", () => {
    const right = (good["webhook-signature"] ?? "").slice(3);
    for (const version of ["v1a", "v2", "V1", "v10", "1"])
      expect(reasonFor(signed(`${version},${right}`))).toBe("bad_signature");
  });

  test("that are cut, longer or of another secret are refused", () => {
    const right = good["webhook-signature"] ?? "";
    for (const signature of [right.slice(0, 8), right.slice(0, -1), `${right}=`, wrong])
      expect(reasonFor(signed(signature))).toBe("bad_signature");
  });

  test("under any of the receiver's secrets are accepted", () => {
    const other = generateWebhookSecret();
    for (const secrets of [
      [SECRET, other],
      [other, SECRET],
    ])
      expect(reasonFor({ body: BODY, headers: good }, { ...OPTIONS, secrets })).toBe("ok");
    expect(reasonFor({ body: BODY, headers: good }, { ...OPTIONS, secrets: [other] })).toBe(
      "bad_signature",
    );
  });
});

describe("time", () => {
  const request = { body: BODY, headers: headersFor() };
  const reasonAt = (now: number, tolerance?: VerifyWebhookOptions["tolerance"]): string =>
    reasonFor(request, { secrets: [SECRET], now: () => now, ...(tolerance && { tolerance }) });

  test.each([
    [-301_000, "stale"],
    [-300_000, "ok"],
    [0, "ok"],
    [300_999, "ok"],
    [301_000, "stale"],
    [Number.NaN, "stale"],
  ])("%i ms after it was sent it is %s by default", (elapsed, expected) => {
    expect(reasonAt(AT + elapsed)).toBe(expected);
  });

  test("the tolerance is the receiver's", () => {
    expect(reasonAt(AT + 30_000, { seconds: 30 })).toBe("ok");
    expect(reasonAt(AT + 31_000, { seconds: 30 })).toBe("stale");
    expect(reasonAt(AT + 86_400_000, { days: 1 })).toBe("ok");
  });

  test("is the platform's by default", () => {
    vi.useFakeTimers({ now: AT + 299_000 });
    expect(reasonFor(request, { secrets: [SECRET] })).toBe("ok");
    vi.setSystemTime(AT + 301_000);
    expect(reasonFor(request, { secrets: [SECRET] })).toBe("stale");
  });

  test("is signed: a webhook that is sent again under a new time is refused", () => {
    const later = AT + 600_000;
    const headers = { ...request.headers, "webhook-timestamp": String(later / 1000) };
    expect(reasonFor({ body: BODY, headers }, { ...OPTIONS, now: () => later })).toBe(
      "bad_signature",
    );
  });
});

describe("the body", () => {
  test.each(["", "no JSON", "{", '{"a":1}x'])(
    "%j, which is no JSON, is refused though signed",
    (body) => {
      expect(reasonFor({ body, headers: headersFor(body) })).toBe("malformed");
      expect(reasonFor({ body, headers: headersFor("{}") })).toBe("bad_signature");
    },
  );

  test("that is no UTF-8 is refused though signed", () => {
    const body = Uint8Array.of(0x22, 0xff, 0x22);
    const [key = new Uint8Array()] = readSecrets([SECRET], "secrets");
    const timestamp = AT / 1000;
    const headers = {
      "webhook-id": "1",
      "webhook-timestamp": String(timestamp),
      "webhook-signature": `v1,${sign(key, { id: "1", timestamp, body })}`,
    };
    expect(reasonFor({ body, headers })).toBe("malformed");
  });

  test("of Node's buffers is bytes as any", () => {
    expect(reasonFor({ body: Buffer.from(BODY), headers: headersFor() })).toBe("ok");
  });

  test.each([JSON.parse(BODY), undefined, null, 5])(
    "T-04 that was parsed already is a mistake",
    (body) => {
      expect(() => verifyWebhook({ body, headers: headersFor() }, OPTIONS)).toThrow(
        new TypeError("request.body must be the text or the bytes that came, not what was parsed"),
      );
    },
  );

  test("cannot reach the prototype of its own payload", () => {
    const body = '{"__proto__":{"ok":1}}';
    const verdict = verifyWebhook({ body, headers: headersFor(body) }, OPTIONS);
    expect(verdict).toMatchObject({ ok: true });
    expect(Object.getPrototypeOf(verdict.ok && verdict.payload)).toBe(Object.prototype);
  });
});

describe("options", () => {
  const request = { body: BODY, headers: headersFor() };

  test.each([
    [{}, TypeError, "options.secrets must be an array"],
    [{ secrets: SECRET }, TypeError, "options.secrets must be an array"],
    [{ secrets: [] }, RangeError, "options.secrets must be 1 to 8"],
    [{ secrets: [SECRET.slice(6)] }, RangeError, "options.secrets[0] must be whsec_"],
    [{ secrets: [SECRET], tolerance: { days: 2 } }, RangeError, "options.tolerance must be"],
    [{ secrets: [SECRET], tolerance: 300 }, TypeError, "options.tolerance must be a duration"],
    [{ secrets: [SECRET], now: 5 }, TypeError, "options.now must be a function"],
    [{ secret: SECRET }, TypeError, 'options: there is no "secret"'],
    [null, TypeError, "options must be an object"],
  ])("%j are refused", (options, type, message) => {
    // A cast, as the compiler refuses them too.
    const verify = () => verifyWebhook(request, options as VerifyWebhookOptions);
    expect(verify).toThrow(type);
    expect(verify).toThrow(message);
    expect(verify).not.toThrow(SECRET.slice(6));
  });

  test("a request that is none is refused", () => {
    // Casts, as the compiler refuses them too.
    expect(() => verifyWebhook(null as unknown as WebhookRequest, OPTIONS)).toThrow(TypeError);
    expect(() => verifyWebhook({ body: BODY } as WebhookRequest, OPTIONS)).toThrow(
      new TypeError("request.headers must be an object"),
    );
  });
});

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const changed = Uint8Array.from(bytes);
  changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
  return changed;
}
