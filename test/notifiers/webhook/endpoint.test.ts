import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  checkEndpoint,
  type EndpointPolicy,
  type WebhookEndpoint,
} from "../../../src/notifiers/webhook/endpoint.ts";
import { generateWebhookSecret } from "../../../src/notifiers/webhook/secret.ts";

const STRICT: EndpointPolicy = { allowHttp: false, allowPrivateAddresses: false };
const LAX: EndpointPolicy = { allowHttp: true, allowPrivateAddresses: true };
const SECRETS = [generateWebhookSecret()];

function urlOf(url: string, policy = STRICT): string {
  return checkEndpoint({ url, secrets: SECRETS }, "endpoint", policy).url.href;
}

describe("the URL of an endpoint", () => {
  test.each([
    ["https://hooks.example", "https://hooks.example/"],
    ["https://hooks.example/a/b?c=d", "https://hooks.example/a/b?c=d"],
    ["HTTPS://Hooks.Example:8443/ä b", "https://hooks.example:8443/%C3%A4%20b"],
    ["https://hooks.example/#part", "https://hooks.example/"],
    ["https://hooks.example./a", "https://hooks.example/a"],
    ["https://bücher.example/", "https://xn--bcher-kva.example/"],
    ["https://8.8.8.8/", "https://8.8.8.8/"],
    ["https://[2606:4700:4700:0::1111]/", "https://[2606:4700:4700::1111]/"],
  ])("%s is called as %s", (given, expected) => {
    expect(urlOf(given)).toBe(expected);
  });

  test.each([
    "https://localhost/",
    "https://localhost./",
    "https://LOCALHOST/",
    "https://api.localhost/",
    "https://redis:6379/",
    "https://metadata.google.internal/",
    "https://metadata.google.internal./",
    "https://127.0.0.1/",
    "https://127.0.0.1./",
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.1/",
    "https://0177.0.0.1/",
    "https://0/",
    "https://%31%32%37.0.0.1/",
    "https://１２７.０.０.１/",
    "https://127。0。0。1/",
    "https://ⓛocalhost/",
    "https://\\127.0.0.1/",
    "https://10.0.0.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://2852039166/",
    "https://[::1]/",
    "https://[::]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[0:0:0:0:0:ffff:a00:1]/",
    "https://[64:ff9b::10.0.0.1]/",
    "https://[2002:7f00:1::]/",
    "https://[fd00:ec2::254]/",
    "https://[fe80::1]/",
  ])("%s is refused unless private addresses are allowed", (url) => {
    expect(() => urlOf(url)).toThrow(
      new RangeError(
        "endpoint.url has a host that is not public: options.allowPrivateAddresses allows it",
      ),
    );
    expect(urlOf(url, LAX)).toMatch(/^https:/);
  });

  test("every way to write a private IPv4 address is refused", () => {
    const octets = fc.tuple(fc.constantFrom(0, 10, 127), fc.nat(255), fc.nat(255), fc.nat(255));
    const form = fc.constantFrom<(octet: number) => string>(
      String,
      (octet) => `0x${octet.toString(16)}`,
      (octet) => `0${octet.toString(8)}`,
    );
    fc.assert(
      fc.property(
        octets,
        fc.tuple(form, form, form, form),
        fc.constantFrom("", "."),
        (given, forms, dot) => {
          const quad = given.map((octet, index) => forms[index]?.(octet)).join(".");
          const number = given.reduce((sum, octet) => sum * 256 + octet, 0);
          for (const host of [quad, String(number), `0x${number.toString(16)}`])
            expect(() => urlOf(`https://${host}${dot}/`)).toThrow("not public");
        },
      ),
    );
  });

  test("http is refused unless it is allowed", () => {
    expect(() => urlOf("http://hooks.example/")).toThrow(
      new RangeError("endpoint.url must be a URL of https: options.allowHttp allows http"),
    );
    expect(urlOf("http://hooks.example/", { ...STRICT, allowHttp: true })).toBe(
      "http://hooks.example/",
    );
  });

  test.each([
    "",
    "hooks.example",
    "//hooks.example",
    "https:hooks.example",
    "https://",
    "https://./",
    "https://../",
    "https://.example/",
    "https://a..example/",
    "https://hooks.example../",
    "https://1.2.3.4../",
    "https://1.2.3.256/",
    "https://[::1/",
    "https://[fe80::1%25eth0]/",
    "https://a b.example/",
    "https://hooks.example:65536/",
    " https://hooks.example/",
    "https://hooks.example/\n",
    "https://hooks.example/\u202e",
    "ftp://hooks.example/",
    "file:///etc/passwd",
    "javascript:alert(1)",
    `https://hooks.example/${"x".repeat(2048)}`,
  ])("%j is refused in any case", (url) => {
    expect(() => urlOf(url, LAX)).toThrow(RangeError);
    expect(() => urlOf(url, LAX)).toThrow(/^endpoint\.url /);
  });

  test.each([
    "https://user@hooks.example/",
    "https://user:pass@hooks.example/",
    "https://:pass@hooks.example/",
  ])("%s is refused, as it has credentials", (url) => {
    expect(() => urlOf(url, LAX)).toThrow(
      new RangeError("endpoint.url must be without a user and a password: use headers"),
    );
  });

  test("is not repeated in messages, as it may be a secret", () => {
    expect(() => urlOf("http://hooks.example/T000/B000/hidden")).not.toThrow(/hidden|T000/);
  });
});

describe("the headers of an endpoint", () => {
  const headersOf = (headers: Record<string, unknown>): Readonly<Record<string, string>> =>
    // A cast, as some are of wrong types.
    checkEndpoint(
      {
        url: "https://hooks.example",
        secrets: SECRETS,
        headers: headers as Record<string, string>,
      },
      "endpoint",
      STRICT,
    ).headers;

  test("are taken with names in small letters", () => {
    expect(headersOf({ Authorization: "Bearer a b", "X-Tenant": "7" })).toEqual({
      authorization: "Bearer a b",
      "x-tenant": "7",
    });
    expect(
      checkEndpoint({ url: "https://hooks.example", secrets: SECRETS }, "endpoint", STRICT).headers,
    ).toEqual({});
  });

  test.each([
    "Webhook-Id",
    "webhook-anything",
    "Host",
    "content-length",
    "Content-Type",
    "transfer-encoding",
    "connection",
    "expect",
    "upgrade",
    "proxy-authorization",
    "user-agent",
    "",
    "a b",
    "a:b",
    "é",
    "a\r\nb",
    "x".repeat(65),
  ])("cannot have %j", (name) => {
    expect(() => headersOf({ [name]: "x" })).toThrow(RangeError);
    expect(() => headersOf({ [name]: "x" })).toThrow("endpoint.headers cannot have");
  });

  test("cannot have one twice", () => {
    expect(() => headersOf({ "x-a": "1", "X-A": "2" })).toThrow(RangeError);
  });

  test.each(["", "a\r\nx: y", "a\n", "\u0000", "é", " a", "a ", "x".repeat(4097)])(
    "cannot hold %j",
    (value) => {
      expect(() => headersOf({ "x-a": value })).toThrow(RangeError);
      expect(() => headersOf({ "x-a": value })).toThrow('endpoint.headers["x-a"]');
    },
  );

  test("are texts, at most 32", () => {
    expect(() => headersOf({ "x-a": 5 })).toThrow(TypeError);
    expect(() => headersOf([] as unknown as Record<string, unknown>)).toThrow(TypeError);
    const many = Object.fromEntries(Array.from({ length: 33 }, (_, index) => [`x-${index}`, "a"]));
    expect(() => headersOf(many)).toThrow(new RangeError("endpoint.headers must be at most 32"));
  });
});

test.each([
  [null, "endpoint must be an object"],
  ["https://hooks.example", "endpoint must be an object"],
  [{ url: 5, secrets: SECRETS }, "endpoint.url must be a string"],
  [{ url: "https://hooks.example" }, "endpoint.secrets must be an array"],
  [
    { url: "https://hooks.example", secrets: SECRETS, header: {} },
    'endpoint: there is no "header"',
  ],
])("%j is no endpoint", (value, message) => {
  // A cast, as the compiler refuses them too.
  const check = () => checkEndpoint(value as WebhookEndpoint, "endpoint", STRICT);
  expect(check).toThrow(TypeError);
  expect(check).toThrow(message);
});
