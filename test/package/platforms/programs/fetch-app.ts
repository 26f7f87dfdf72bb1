import { createProtect, type FetchOptions } from "tokenry/fetch";
import { exchangeAndVerify } from "./exchange.ts";
import { issueSecrets, liveThrough, tokens } from "./shop.ts";

/** One object for all requests: what each client is told of its own budget must not stay on it. */
const NOTHING = new Response(null, { status: 204 });

/** The shop as a Fetch handler; `Platform` is what a platform passes after the request. */
export function createFetchApp<Platform>(
  options: FetchOptions<[Platform]>,
  upgrade: (request: Request, platform: Platform) => Response | undefined,
): (request: Request, platform: Platform) => Promise<Response | undefined> {
  const preflight = (): Response =>
    new Response(null, { status: 204, headers: { "x-preflight": "shop" } });
  const protect = createProtect(tokens, { preflight, ...options });
  const orders = protect("orders", async (request, token) =>
    Response.json({ owner: token.owner.id, sent: await request.text() }),
  );
  const nothing = protect("orders", { cost: 20 }, () => NOTHING);
  const moved = protect("orders", { cost: 20 }, () =>
    Response.redirect("https://shop.example/orders", 307),
  );
  const socket = protect("orders", (request, _token, platform: Platform) =>
    upgrade(request, platform),
  );
  const revoke = protect.revokeCurrent();
  return async (request, platform) => {
    switch (new URL(request.url).pathname) {
      case "/orders":
        return orders(request, platform);
      case "/nothing":
        return nothing(request, platform);
      case "/moved":
        return moved(request, platform);
      case "/socket":
        return socket(request, platform);
      case "/token":
        return revoke(request, platform);
      case "/exchange":
        return Response.json(await exchangeAndVerify(tokens, (await issueSecrets()).reader));
      case "/secrets":
        return Response.json({ secrets: await issueSecrets(), life: await liveThrough() });
      default:
        return new Response(null, { status: 404 });
    }
  };
}
