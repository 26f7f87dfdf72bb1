import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Webhook } from "standardwebhooks";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { NoticeError } from "../../../src/errors.ts";
import {
  generateWebhookSecret,
  verifyWebhook,
  type WebhookEndpoint,
  type WebhookOptions,
  type WebhookVerdict,
  webhookNotifier,
} from "../../../src/notifiers/webhook/index.ts";
import { AT, NOTICE } from "./notice.ts";
import { type Answering, type Received, type Receiver, rawReceiver, receiver } from "./receiver.ts";

const SECRET = generateWebhookSecret();
const HERE = { allowHttp: true, allowPrivateAddresses: true, now: () => AT } as const;

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const endpointAt = (hooks: Receiver, more: Partial<WebhookEndpoint> = {}): WebhookEndpoint => ({
  url: `http://127.0.0.1:${hooks.port}/hooks?tenant=7`,
  secrets: [SECRET],
  ...more,
});

function verdictOn(received: Received | undefined, secrets = [SECRET], at = AT): WebhookVerdict {
  if (received === undefined) throw new Error("nothing was received");
  return verifyWebhook(received, { secrets, now: () => at });
}

/** What a notifier fails with. */
function failureOf(options: WebhookOptions, notice = NOTICE): Promise<NoticeError> {
  return webhookNotifier(options)
    .deliver(notice)
    .then(
      () => Promise.reject(new Error("it was delivered")),
      (error: unknown) => error as NoticeError,
    );
}

async function failureAfter(answering: Answering): Promise<NoticeError> {
  await using hooks = await receiver(answering);
  return await failureOf({ endpoint: endpointAt(hooks), ...HERE });
}

describe("whose failure it is", () => {
  test("that of an endpoint that a function chose is its own, and no other's", async () => {
    await using hooks = await receiver({ status: 500 });
    const endpoint = endpointAt(hooks);
    const chosen = await failureOf({ endpoint: () => endpoint, ...HERE });
    expect(chosen).toMatchObject({ name: "NoticeError", concernsChannel: false, isFinal: false });
    expect(await failureOf({ endpoint, ...HERE })).not.toMatchObject({ concernsChannel: false });
  });

  test("so is that of an endpoint that is refused, and what its answer says is kept", async () => {
    const refused = await failureOf({ endpoint: () => ({ url: "http://x", secrets: [SECRET] }) });
    expect(refused).toMatchObject({ concernsChannel: false });
    await using hooks = await receiver({ status: 410 });
    const endpoint = endpointAt(hooks);
    const gone = await failureOf({ endpoint: () => endpoint, ...HERE });
    expect(gone).toMatchObject({ concernsChannel: false, isFinal: true });
  });
});

describe("a webhook", () => {
  test("is received, and verified by verifyWebhook and by the library of Standard Webhooks", async () => {
    await using hooks = await receiver();
    await webhookNotifier({ endpoint: endpointAt(hooks), ...HERE }).deliver(NOTICE);
    const [received] = hooks.received;
    expect(received).toMatchObject({ method: "POST", path: "/hooks?tenant=7" });
    expect(received?.headers).toEqual({
      "content-type": "application/json",
      "content-length": String(received?.body.length),
      "user-agent": "tokenry-webhook",
      "webhook-id": NOTICE.id,
      "webhook-timestamp": String(AT / 1000),
      "webhook-signature": expect.stringMatching(/^v1,[0-9A-Za-z+/]{43}=$/),
      host: `127.0.0.1:${hooks.port}`,
      connection: "close",
    });
    const payload = {
      type: "token.revoked",
      timestamp: "2026-08-31T12:30:00.000Z",
      data: expect.objectContaining({ id: NOTICE.id, account: "acme", owner: "ada" }),
    };
    expect(verdictOn(received)).toEqual({
      ok: true,
      id: NOTICE.id,
      timestamp: new Date(AT),
      payload,
    });

    vi.useFakeTimers({ now: AT });
    const text = Buffer.from(received?.body ?? "").toString("utf8");
    // A cast, as these headers are all there once.
    const headers = received?.headers as Record<string, string>;
    expect(new Webhook(SECRET).verify(text, headers)).toEqual(payload);
  });

  test("has the id and the body of the first try at every try, and the time of its own", async () => {
    await using hooks = await receiver({ status: 500 });
    let now = AT;
    const notifier = webhookNotifier({ endpoint: endpointAt(hooks), ...HERE, now: () => now });
    for (const attempt of [1, 2, 3]) {
      await expect(notifier.deliver({ ...NOTICE, attempt })).rejects.toThrow("answered 500");
      now += 3_600_500;
    }
    const [first, ...others] = hooks.received;
    expect(others).toHaveLength(2);
    for (const other of others) {
      expect(other.body).toEqual(first?.body);
      expect(other.headers["webhook-id"]).toBe(first?.headers["webhook-id"]);
      expect(other.headers["webhook-signature"]).not.toBe(first?.headers["webhook-signature"]);
    }
    expect(hooks.received.map(({ headers }) => Number(headers["webhook-timestamp"]))).toEqual(
      [0, 3_600_500, 7_201_000].map((elapsed) => Math.floor((AT + elapsed) / 1000)),
    );
    expect(verdictOn(hooks.received[2])).toEqual({ ok: false, reason: "stale" });
    expect(verdictOn(hooks.received[2], [SECRET], AT + 7_201_000)).toMatchObject({ ok: true });
  });

  test("is accepted by a receiver of the old secret and of the new one while secrets are replaced", async () => {
    await using hooks = await receiver();
    const renewed = generateWebhookSecret();
    const endpoint = endpointAt(hooks, { secrets: [renewed, SECRET] });
    await webhookNotifier({ endpoint, ...HERE }).deliver(NOTICE);
    const [received] = hooks.received;
    expect(received?.headers["webhook-signature"]).toMatch(/^v1,\S+ v1,\S+$/);
    for (const secret of [renewed, SECRET]) {
      expect(verdictOn(received, [secret])).toMatchObject({ ok: true });
      vi.useFakeTimers({ now: AT });
      const text = Buffer.from(received?.body ?? "").toString("utf8");
      // A cast, as these headers are all there once.
      const headers = received?.headers as Record<string, string>;
      expect(new Webhook(secret).verify(text, headers)).toMatchObject({ type: NOTICE.type });
      vi.useRealTimers();
    }
    expect(verdictOn(received, [generateWebhookSecret()])).toMatchObject({
      reason: "bad_signature",
    });
  });

  test("EDG-12 tells neither the code of a rotation nor the owner's address", async () => {
    await using hooks = await receiver();
    const notifier = webhookNotifier({ endpoint: endpointAt(hooks), ...HERE });
    await notifier.deliver({ ...NOTICE, type: "rotation.requested", code: "the-code" });
    const sent = JSON.stringify([
      hooks.received,
      Buffer.from(hooks.received[0]?.body ?? "").toString(),
    ]);
    expect(sent).toContain("rotation.requested");
    expect(sent).not.toMatch(/the-code|ada@acme\.example|finance/);
  });

  test("has the headers of its endpoint besides", async () => {
    await using hooks = await receiver();
    const endpoint = endpointAt(hooks, { headers: { Authorization: "Basic abc" } });
    await webhookNotifier({ endpoint, ...HERE, userAgent: "acme/1" }).deliver(NOTICE);
    expect(hooks.received[0]?.headers).toMatchObject({
      authorization: "Basic abc",
      "user-agent": "acme/1",
      "webhook-id": NOTICE.id,
    });
  });

  test("is not sent of types that are not wanted, nor is an endpoint asked for", async () => {
    const endpoint = vi.fn<() => WebhookEndpoint | undefined>();
    await webhookNotifier({ endpoint, types: ["token.leaked"] }).deliver(NOTICE);
    expect(endpoint).not.toHaveBeenCalled();
  });

  test("is not sent where there is no endpoint, which is as good as delivered", async () => {
    for (const none of [undefined, null])
      await expect(
        webhookNotifier({ endpoint: () => none }).deliver(NOTICE),
      ).resolves.toBeUndefined();
  });

  test("goes where the account of the notice has its endpoint", async () => {
    await using acme = await receiver();
    await using globex = await receiver();
    const endpoints = new Map([
      ["acme", endpointAt(acme)],
      ["globex", endpointAt(globex)],
    ]);
    const notifier = webhookNotifier({
      endpoint: async ({ account }) => endpoints.get(account),
      ...HERE,
    });
    await Promise.all(
      ["acme", "globex", "globex", "initech"].map((account) =>
        notifier.deliver({ ...NOTICE, account }),
      ),
    );
    expect([acme.received.length, globex.received.length]).toEqual([1, 2]);
  });
});

describe("an answer", () => {
  test.each([200, 201, 202, 204, 206, 299])("%i is delivered", async (status) => {
    await using hooks = await receiver({ status });
    const notifier = webhookNotifier({ endpoint: endpointAt(hooks), ...HERE });
    await expect(notifier.deliver(NOTICE)).resolves.toBeUndefined();
  });

  test("410 is final", async () => {
    expect(await failureAfter({ status: 410, headers: { "retry-after": "5" } })).toMatchObject({
      name: "NoticeError",
      message: "127.0.0.1 answered 410: it wants no more",
      isFinal: true,
      retryAfterMs: undefined,
    });
  });

  test.each([300, 304, 400, 401, 403, 404, 422, 500, 502, 504])(
    "%i is tried again later",
    async (status) => {
      expect(await failureAfter({ status })).toMatchObject({
        name: "NoticeError",
        message: expect.stringContaining(`127.0.0.1 answered ${status}`),
        isFinal: false,
        retryAfterMs: undefined,
      });
    },
  );

  test.each([301, 307, 429, 503])("%i is tried again when the receiver says", async (status) => {
    const date = new Date(AT + 90_000).toUTCString();
    for (const [retryAfter, retryAfterMs] of [
      ["120", 120_000],
      [date, 90_000],
      ["soon", undefined],
    ] as const) {
      const failure = await failureAfter({ status, headers: { "retry-after": retryAfter } });
      expect(failure).toMatchObject({ isFinal: false, retryAfterMs });
    }
  });

  test.each([301, 302, 303, 307, 308])("%i is not followed inside", async (status) => {
    await using secret = await receiver({ status: 200 });
    const location = `http://127.0.0.1:${secret.port}/latest/meta-data/`;
    const failure = await failureAfter({ status, headers: { location } });
    expect(failure.message).toBe(`127.0.0.1 answered ${status}, and redirects are not followed`);
    expect(secret.received).toEqual([]);
  });

  test("is not repeated in what is told of a failure", async () => {
    const failure = await failureAfter({ status: 500, body: "the receiver's own secret" });
    expect(JSON.stringify([failure.message, failure.cause])).not.toContain("own secret");
  });
});

describe("an endpoint that is refused", () => {
  test.each([
    [{ url: "https://localhost/" }, "options.endpoint().url has a host that is not public"],
    [{ url: "https://[::ffff:10.0.0.1]/" }, "options.allowPrivateAddresses allows it"],
    [{ url: "http://hooks.example/" }, "options.allowHttp allows http"],
    [{ url: "hooks" }, "options.endpoint().url must be a URL of https"],
    [{ url: "https://a:b@hooks.example/" }, "options.endpoint().url must be without a user"],
    [{ secrets: ["whsec_short"] }, "options.endpoint().secrets[0] must be whsec_"],
    [{ headers: { "webhook-id": "1" } }, 'options.endpoint().headers cannot have "webhook-id"'],
  ])("%j is told, and not for good", async (more, message) => {
    const endpoint = () => ({ url: "https://hooks.example", secrets: [SECRET], ...more });
    const failure = await failureOf({ endpoint });
    expect(failure).toMatchObject({ name: "NoticeError", isFinal: false });
    expect(failure.message).toContain(message);
    expect(failure.message).not.toMatch(/short|a:b/);
  });

  test("is refused at once where it is always the same", () => {
    const endpoint = { url: "https://127.0.0.1", secrets: [SECRET] };
    expect(() => webhookNotifier({ endpoint })).toThrow(RangeError);
  });

  test("by what its name resolves to is told, and nothing is sent", async () => {
    await using hooks = await receiver();
    // No name of the public DNS resolves to this machine wherever these tests run.
    const modules = process.getBuiltinModule("node:dns/promises");
    const lookup = vi
      .spyOn(modules, "lookup")
      .mockResolvedValue([{ address: "127.0.0.1", family: 4 }] as never);
    try {
      const endpoint = endpointAt(hooks, { url: `http://rebind.example:${hooks.port}/` });
      const failure = await failureOf({ endpoint, allowHttp: true });
      expect(failure).toMatchObject({
        message:
          "rebind.example has an address that is not public: options.allowPrivateAddresses allows it",
        isFinal: false,
      });
      await webhookNotifier({ endpoint, ...HERE }).deliver(NOTICE);
    } finally {
      lookup.mockRestore();
    }
    expect(hooks.received).toHaveLength(1);
  });

  test("by the host's own failure is the host's failure", async () => {
    const failure = new Error("the database is down");
    const endpoint = () => Promise.reject<undefined>(failure);
    await expect(webhookNotifier({ endpoint }).deliver(NOTICE)).rejects.toBe(failure);
  });
});

test("an id that cannot be a webhook-id is refused", async () => {
  for (const id of ["a.b", "a\r\nx: y", ""])
    expect(
      (
        await failureOf(
          { endpoint: { url: "https://hooks.example", secrets: [SECRET] } },
          { ...NOTICE, id },
        )
      ).message,
    ).toBe("the id of the notice cannot be a webhook-id");
});

describe("what sends", () => {
  const endpoint = { url: "https://hooks.example/", secrets: [SECRET] };

  test("is the fetch that is given", async () => {
    const fetcher = vi.fn<typeof fetch>(async () => new Response());
    await webhookNotifier({ endpoint, fetch: fetcher }).deliver(NOTICE);
    expect(fetcher.mock.calls).toMatchObject([["https://hooks.example/", { redirect: "manual" }]]);
  });

  test("is the platform's fetch where there is no node:https, still with every literal checked", async () => {
    const fetcher = vi.fn<typeof fetch>(async () => new Response());
    vi.stubGlobal("navigator", { userAgent: "Cloudflare-Workers" });
    vi.stubGlobal("fetch", fetcher);
    await webhookNotifier({ endpoint }).deliver(NOTICE);
    expect(fetcher).toHaveBeenCalledTimes(1);
    const inside = () => ({ ...endpoint, url: "https://169.254.169.254/" });
    expect((await failureOf({ endpoint: inside })).message).toContain("not public");
    expect(fetcher).toHaveBeenCalledTimes(1);
  });

  test("goes by no proxy of the environment", async () => {
    await using proxy = await receiver({ status: 200 });
    await using hooks = await receiver();
    const { outcome } = await deliverInProcess(hooks, 10, {
      NODE_USE_ENV_PROXY: "1",
      HTTP_PROXY: `http://127.0.0.1:${proxy.port}`,
    });
    expect(outcome).toBe("delivered");
    expect([hooks.received.length, proxy.received.length]).toEqual([1, 0]);
  });
});

describe("the time of an exchange", () => {
  test("leaves nothing behind when it was not used up", async () => {
    await using hooks = await receiver({ status: 200, body: "ok" });
    const { outcome, lingeredMs } = await deliverInProcess(hooks, 60);
    expect(outcome).toBe("delivered");
    expect(lingeredMs).toBeLessThan(2000);
  });

  test("leaves nothing behind of a receiver that drips", async () => {
    await using hooks = await rawReceiver((socket) => {
      const timer = setInterval(() => socket.write("HTTP/1.1 102 Processing\r\n\r\n"), 100);
      socket.on("close", () => clearInterval(timer));
    });
    const { outcome, lingeredMs } = await deliverInProcess(hooks, 1);
    expect(outcome).toBe("NoticeError: 127.0.0.1 did not answer within 1 s");
    expect(lingeredMs).toBeLessThan(2000);
    await vi.waitFor(() => expect(hooks.open()).toBe(0));
  });
});

interface Delivered {
  readonly outcome: string;
  readonly lingeredMs: number;
}

/** Delivers from a process of its own, which ends when nothing is left. */
async function deliverInProcess(
  hooks: Receiver,
  seconds: number,
  environment: NodeJS.ProcessEnv = {},
): Promise<Delivered> {
  const script = fileURLToPath(new URL("delivering-process.ts", import.meta.url));
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--no-warnings", script, String(hooks.port), String(seconds)],
    { env: { ...process.env, ...environment }, timeout: 20_000 },
  );
  return JSON.parse(stdout);
}
