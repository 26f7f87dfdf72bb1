import { describe, expect, test } from "vitest";
import {
  resolveWebhookOptions,
  type WebhookOptions,
} from "../../../src/notifiers/webhook/options.ts";
import { generateWebhookSecret } from "../../../src/notifiers/webhook/secret.ts";
import { AT, NOTICE } from "./notice.ts";

const SECRET = generateWebhookSecret();
const endpoint = { url: "https://hooks.example", secrets: [SECRET] };

describe("the options of a webhook notifier", () => {
  test("have safe defaults", () => {
    expect(resolveWebhookOptions({ endpoint })).toMatchObject({
      allowHttp: false,
      allowPrivateAddresses: false,
      timeoutSeconds: 10,
      userAgent: "tokenry-webhook",
      fetch: undefined,
      now: Date.now,
    });
  });

  test("are taken as they are given", () => {
    const now = () => AT;
    const given = resolveWebhookOptions({
      endpoint: { ...endpoint, url: "http://127.0.0.1" },
      allowHttp: true,
      allowPrivateAddresses: true,
      timeout: { minutes: 1 },
      userAgent: "acme/1.0 (+https://acme.example)",
      fetch,
      now,
    });
    expect(given).toMatchObject({
      timeoutSeconds: 60,
      userAgent: "acme/1.0 (+https://acme.example)",
    });
    expect([given.fetch, given.now]).toEqual([fetch, now]);
  });

  test.each<[unknown, ErrorConstructor, string]>([
    [undefined, TypeError, "options must be an object"],
    [{}, TypeError, "options.endpoint must be an object"],
    [{ endpoint: endpoint.url }, TypeError, "options.endpoint must be an object"],
    [{ endpoint: [endpoint] }, TypeError, "options.endpoint must be an object"],
    [{ endpoint: { ...endpoint, url: "http://hooks.example" } }, RangeError, "options.allowHttp"],
    [
      { endpoint: { ...endpoint, url: "https://10.0.0.1" } },
      RangeError,
      "options.allowPrivateAddresses",
    ],
    [{ endpoint: { ...endpoint, secrets: [] } }, RangeError, "options.endpoint.secrets must be"],
    [{ endpoint, endpoints: [] }, TypeError, 'options: there is no "endpoints"'],
    [{ endpoint, types: [] }, RangeError, "options.types must not be empty"],
    [{ endpoint, types: "token.leaked" }, TypeError, "options.types must be an array"],
    [{ endpoint, types: ["token.used"] }, RangeError, "options.types[0] must be one of"],
    [{ endpoint, types: ["toString"] }, RangeError, "options.types[0] must be one of"],
    [{ endpoint, timeout: 5000 }, TypeError, "options.timeout must be a duration"],
    [{ endpoint, timeout: { minutes: 2 } }, RangeError, "options.timeout must be at most 60"],
    [{ endpoint, allowHttp: "yes" }, TypeError, "options.allowHttp must be true or false"],
    [{ endpoint, allowPrivateAddresses: 1 }, TypeError, "options.allowPrivateAddresses must be"],
    [{ endpoint, userAgent: "" }, RangeError, "options.userAgent must not be empty"],
    [{ endpoint, userAgent: "a\r\nx: y" }, RangeError, "options.userAgent must not hold"],
    [{ endpoint, userAgent: "é" }, RangeError, "options.userAgent holds what a header cannot"],
    [{ endpoint, fetch: {} }, TypeError, "options.fetch must be a function"],
    [{ endpoint, now: AT }, TypeError, "options.now must be a function"],
  ])("refuse %j", (options, type, message) => {
    // A cast, as the compiler refuses them too.
    const resolve = () => resolveWebhookOptions(options as WebhookOptions);
    expect(resolve).toThrow(type);
    expect(resolve).toThrow(message);
    expect(resolve).not.toThrow(SECRET.slice(6));
  });

  test("want every type by default, and else those that are named", () => {
    expect(resolveWebhookOptions({ endpoint }).isWanted("zone.removed")).toBe(true);
    const { isWanted } = resolveWebhookOptions({
      endpoint,
      types: ["token.leaked", "zone.changed"],
    });
    expect([isWanted("token.leaked"), isWanted("zone.changed"), isWanted("token.issued")]).toEqual([
      true,
      true,
      false,
    ]);
  });

  test("may find an endpoint for each notice", async () => {
    const { endpointOf } = resolveWebhookOptions({
      endpoint: ({ account }) => ({ ...endpoint, url: `https://${account}.example/` }),
    });
    expect((await endpointOf(NOTICE))?.url.href).toBe("https://acme.example/");
    for (const found of [undefined, null, Promise.resolve(undefined)])
      expect(await resolveWebhookOptions({ endpoint: () => found }).endpointOf(NOTICE)).toBe(
        undefined,
      );
  });
});
