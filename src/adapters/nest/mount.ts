import type { IncomingMessage } from "node:http";
import type { RequestReader } from "../../http/request-reader.ts";
import type { MountOptions, WebListener } from "../mounting.ts";
import { nodeReader } from "../node-message.ts";
import { createNodeMount, type NodeMiddleware } from "../node-mount.ts";
import { type ExpressSettings, expressBelieves } from "../trust-probe.ts";

/** What middleware of both platforms gets for a request: Node's message. */
export interface MountedRequest extends IncomingMessage {
  readonly originalUrl?: string;
  /** As the platform's own setting of trusted proxies has it. */
  readonly ip?: string | undefined;
}

/**
 * Makes middleware of a handler of the Fetch standard, such as `oauthServer`: it answers the handler's own paths, and leaves the others to the
 * application. What the handler throws goes to your filters.
 *
 * Nest registers its body parsers when the application is initialised: call `app.use` before `listen` and `init`.
 *
 * @throws TypeError or RangeError that names the path of a wrong option.
 *
 * @example
 * const app = await NestFactory.create(AppModule);
 * app.use(mount(oauthServer({ … }), { trustProxy: ["10.0.0.0/8"] }));
 */
export function mount(
  handler: WebListener,
  options: MountOptions<MountedRequest> = {},
): NodeMiddleware {
  return createNodeMount(handler, options, mountReader);
}

const mountReader: RequestReader<MountedRequest> = {
  ...nodeReader,
  // Fastify's middleware has nothing that tells.
  believesAnyone: (request: MountedRequest & { readonly app?: ExpressSettings }) =>
    request.app !== undefined && expressBelieves(request.app),
};
