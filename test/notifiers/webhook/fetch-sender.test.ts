import { describe, expect, test, vi } from "vitest";
import { fetchSender } from "../../../src/notifiers/webhook/fetch-sender.ts";
import { type Answer, exchange, type Outgoing } from "../../../src/notifiers/webhook/sender.ts";
import { rawReceiver, receiver } from "./receiver.ts";

const REQUEST: Outgoing = {
  url: new URL("https://hooks.example/a?b"),
  headers: { "content-type": "application/json", "webhook-id": "7" },
  body: new TextEncoder().encode("{}"),
};

const send = (fetcher: typeof fetch, request = REQUEST, seconds = 10): Promise<Answer> =>
  exchange(fetchSender(fetcher), request, seconds);

const answering = (...answer: ConstructorParameters<typeof Response>) =>
  vi.fn<typeof fetch>(async () => new Response(...answer));

describe("fetchSender", () => {
  test("sends by the platform's fetch", async () => {
    await using hooks = await receiver({ status: 429, headers: { "retry-after": "7" }, body: "…" });
    const url = new URL(`http://127.0.0.1:${hooks.port}/a?b`);
    const answer = await send(fetch, { ...REQUEST, url });
    expect(answer).toMatchObject({ status: 429, retryAfter: "7" });
    expect(hooks.received[0]).toMatchObject({ method: "POST", path: "/a?b", body: REQUEST.body });
    expect(hooks.received[0]?.headers).toMatchObject(REQUEST.headers);
  });

  test("asks that no redirect be followed", async () => {
    const fetcher = answering(null, {
      status: 302,
      headers: { location: "https://other.example" },
    });
    expect(await send(fetcher)).toMatchObject({ status: 302 });
    expect(fetcher.mock.calls).toMatchObject([
      ["https://hooks.example/a?b", { method: "POST", redirect: "manual" }],
    ]);
  });

  test("does not follow one over the platform's fetch", async () => {
    await using secret = await receiver({ status: 200 });
    const location = `http://127.0.0.1:${secret.port}/`;
    await using hooks = await receiver({ status: 308, headers: { location } });
    const url = new URL(`http://127.0.0.1:${hooks.port}/`);
    expect(await send(fetch, { ...REQUEST, url })).toMatchObject({ status: 308 });
    expect(secret.received).toEqual([]);
  });

  test("takes a redirect that the platform hides for a redirect", async () => {
    const hidden = { type: "opaqueredirect", status: 0, headers: new Headers(), body: null };
    // A cast, as no constructor makes such a response.
    const fetcher: typeof fetch = async () => hidden as unknown as Response;
    expect(await send(fetcher)).toMatchObject({ status: 302 });
  });

  test("calls the fetch that it is given as a bare function, as workerd asks for", async () => {
    const seen: unknown[] = [];
    const fetcher = async function (this: unknown): Promise<Response> {
      seen.push(this);
      return new Response();
    };
    await send(fetcher);
    expect(seen).toEqual([undefined]);
  });

  test("tells a failure by its code, be it of the cause", async () => {
    const cause = Object.assign(new Error("…"), { code: "ECONNREFUSED" });
    const fetcher = vi.fn<typeof fetch>(() =>
      Promise.reject(new TypeError("fetch failed", { cause })),
    );
    await expect(send(fetcher)).rejects.toMatchObject({
      name: "NoticeError",
      message: "hooks.example could not be reached: ECONNREFUSED",
      isFinal: false,
    });
    fetcher.mockImplementation(() => Promise.reject(new TypeError("whsec_ in a message")));
    await expect(send(fetcher)).rejects.toThrow(/^hooks\.example could not be reached: TypeError$/);
    fetcher.mockImplementation(() => Promise.reject("no error"));
    await expect(send(fetcher)).rejects.toThrow("hooks.example could not be reached: unknown");
  });

  test("ends a fetch that takes too long, and one that does not listen", async () => {
    await using hooks = await rawReceiver(() => undefined);
    const url = new URL(`http://127.0.0.1:${hooks.port}/`);
    const message = "127.0.0.1 did not answer within 0.1 s";
    await expect(send(fetch, { ...REQUEST, url }, 0.1)).rejects.toThrow(message);
    await expect.poll(() => hooks.open()).toBe(0);
    const deaf = () => new Promise<Response>(() => undefined);
    await expect(send(deaf, REQUEST, 0.1)).rejects.toThrow("hooks.example did not answer");
  });

  test("reads 64 KiB of a body and lets go of it", async () => {
    let pulled = 0;
    const canceled = vi.fn<() => void>();
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 1;
        controller.enqueue(new Uint8Array(16_384));
      },
      cancel: canceled,
    });
    expect(await send(answering(body))).toMatchObject({ status: 200 });
    expect(pulled).toBeLessThan(8);
    expect(canceled).toHaveBeenCalledTimes(1);
  });

  test("goes by the head of an answer whose body drips or breaks", async () => {
    const dripping = new ReadableStream<Uint8Array>({ pull: () => new Promise(() => undefined) });
    const startedAt = performance.now();
    expect(await send(answering(dripping), REQUEST, 0.1)).toMatchObject({ status: 200 });
    expect(performance.now() - startedAt).toBeLessThan(3000);
    const breaking = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.error(new Error("broken")),
    });
    expect(await send(answering(breaking))).toMatchObject({ status: 200 });
  });
});
