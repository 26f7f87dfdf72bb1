import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ForwardingHeader } from "../../src/http/forwarded.ts";
import {
  describeWithBinary,
  type ForwardingStyle,
  type ProxyTarget,
  startNginx,
  type TestServer,
} from "../servers/index.ts";
import { type App, createClient, foundFrom, HAS_IPV6, startApp } from "./spoofing/chain.ts";
import {
  anyLines,
  FIRST_PROXY,
  FORGERIES,
  OTHER_CLIENT,
  SECOND_PROXY,
} from "./spoofing/forgeries.ts";

const PROXIES = [FIRST_PROXY, SECOND_PROXY];
const HEADERS: readonly ForwardingHeader[] = ["x-forwarded-for", "forwarded"];
const STYLES: readonly ForwardingStyle[] = ["documented", "blind", "own line"];
const PROPERTY = { numRuns: 60 };

/** The way from the client to an app. */
interface Chain {
  readonly app: App;
  readonly entrance: ProxyTarget;
}

/** By the number of proxies on the way: `one` leads to the app, `two` over `last`. */
type Proxies = Readonly<Record<"one" | "two" | "last", TestServer>>;

async function startProxies(
  target: ProxyTarget,
  header: ForwardingHeader,
  style: ForwardingStyle,
): Promise<Proxies> {
  const [one, last] = await Promise.all([
    startNginx({ address: FIRST_PROXY, target, header, style }),
    startNginx({ address: SECOND_PROXY, target, header, style }),
  ]);
  // Before 1.23, nginx knows of the first line of a header only, and would drop what a proxy before it has added in another.
  const before = style === "own line" ? "blind" : style;
  const two = await startNginx({ address: FIRST_PROXY, target: last, header, style: before });
  return { one, last, two };
}

/** What must hold for every chain that leads from the client over trusted proxies only. */
function describeUnforgeable(header: ForwardingHeader, chainOf: () => Chain): void {
  test.each(FORGERIES.map((forgery) => [forgery.name, forgery] as const))(
    "%s",
    async (_name, { lines, isGarbled }) => {
      const { app, entrance } = chainOf();
      const client = createClient(entrance);
      const found = await foundFrom(client, app, lines);
      client.close();
      // R7239-06: what cannot be read ends the walk. It is the client's own loss.
      if (isGarbled && header === "forwarded") expect(found).not.toBe("elsewhere");
      else expect(found).toBe("the client");
    },
  );

  test("any header lines at all", async () => {
    const { app, entrance } = chainOf();
    const client = createClient(entrance);
    const property = fc.asyncProperty(anyLines, async (lines) => {
      const found = await foundFrom(client, app, lines);
      if (header === "forwarded") expect(found).not.toBe("elsewhere");
      else expect(found).toBe("the client");
    });
    await fc.assert(property, PROPERTY);
    client.close();
  });

  test("CORE-68: forged addresses give no more attempts, and bar nobody else", async () => {
    const { app, entrance } = chainOf();
    const [client, other] = [createClient(entrance), createClient(entrance, OTHER_CLIENT)];
    const codes: string[] = [];
    for (let attempt = 0; attempt < 40; attempt += 1) {
      const forged = attempt % 2 === 0 ? OTHER_CLIENT : `10.0.0.${attempt}`;
      const lines = ["X-Forwarded-For", forged, "Forwarded", `for=${forged}`];
      codes.push(await client.call("guess", lines));
    }
    expect(codes.slice(0, 30)).toEqual(Array.from({ length: 30 }, () => "invalid_token"));
    expect(codes.slice(30)).toEqual(Array.from({ length: 10 }, () => "too_many_failures"));
    expect(await client.call(app.secrets.free)).toBe("too_many_failures");
    expect(await other.call(app.secrets.free)).toBe("ok");
    expect(await other.call("guess")).toBe("invalid_token");
    // The other chain leads to the same app.
    app.world.clock.pass({ minutes: 1 });
    expect(await client.call(app.secrets.free)).toBe("ok");
    client.close();
    other.close();
  });
}

describe.each([
  { name: "that trusts nobody", options: {} },
  { name: "that trusts proxies, by X-Forwarded-For", options: { trustProxy: PROXIES } },
  {
    name: "that trusts proxies, by Forwarded",
    options: { trustProxy: PROXIES, forwardedBy: "forwarded" as const },
  },
])("R7239-05: no header of a client counts that calls an app $name", ({ options }) => {
  let app: App;
  beforeAll(async () => {
    app = await startApp(options);
  });
  afterAll(() => app[Symbol.asyncDispose]());

  // A peer that is not trusted: even what is garbled is not read.
  describeUnforgeable("x-forwarded-for", () => ({ app, entrance: app.target }));
});

describeWithBinary("nginx", "R7239-03, R7239-08: no client chooses its address", () => {
  describe.each(HEADERS)("in %s", (header) => {
    describe.each(STYLES)("written as: %s", (style) => {
      let app: App;
      let proxies: Proxies;
      beforeAll(async () => {
        app = await startApp({ trustProxy: PROXIES, forwardedBy: header });
        proxies = await startProxies(app.target, header, style);
      });
      afterAll(async () => {
        const started = [...Object.values(proxies), app];
        await Promise.all(started.map((one) => one[Symbol.asyncDispose]()));
      });

      describe("through one proxy", () =>
        describeUnforgeable(header, () => ({ app, entrance: proxies.one })));
      describe("through two proxies", () =>
        describeUnforgeable(header, () => ({ app, entrance: proxies.two })));
    });
  });

  test.each(HEADERS)("%s: who comes by the second proxy only is not the first", async (header) => {
    await using app = await startApp({ trustProxy: PROXIES, forwardedBy: header });
    await using proxy = await startNginx({
      ...{ address: SECOND_PROXY, target: app.target },
      ...{ header, style: "documented" },
    });
    const client = createClient(proxy);
    const forged = ["X-Forwarded-For", `10.9.9.9, ${FIRST_PROXY}`, "Forwarded"];
    const lines = [...forged, `for=10.9.9.9, for=${FIRST_PROXY}`];
    expect(await foundFrom(client, app, lines)).toBe("the client");
    client.close();
  });

  test.each(HEADERS)("%s: a proxy that is not trusted is a client itself", async (header) => {
    const options = { trustProxy: [SECOND_PROXY], forwardedBy: header };
    await using app = await startApp(options, FIRST_PROXY);
    await using stack = new AsyncDisposableStack();
    const chains = await startProxies(app.target, header, "documented");
    for (const server of Object.values(chains)) stack.use(server);
    const client = createClient(chains.two);
    const lines = ["X-Forwarded-For", "10.9.9.9", "Forwarded", "for=10.9.9.9"];
    expect(await foundFrom(client, app, lines)).toBe("the client");
    client.close();
  });

  if (HAS_IPV6) {
    test.each(HEADERS)("%s: an IPv6 client is known by its address", async (header) => {
      await using app = await startApp({ trustProxy: PROXIES, forwardedBy: header }, "::1");
      await using proxy = await startNginx({
        ...{ address: FIRST_PROXY, listenAt: "::1", target: app.target },
        ...{ header, style: "documented" },
      });
      const client = createClient(proxy, "::1");
      for (const { lines, isGarbled } of FORGERIES) {
        const found = await foundFrom(client, app, lines);
        if (!isGarbled) expect(found).toBe("the client");
        expect(found).not.toBe("elsewhere");
      }
      client.close();
    });
  }
});
