/** What an adapter knows of who asks. */
export interface WebClient<Source = unknown> {
  /** The client's address, by the options of the adapter; `undefined` where nobody knows. */
  readonly address?: string | undefined;
  /**
   * What the framework itself has of the request, with what stands before the handler has put there (a session, say): the request of Express,
   * Fastify and Node, the context of Hono and Koa, an array of the other arguments of a fetch handler.
   */
  readonly source?: Source;
}

/** A handler of the Fetch standard that tokenry makes, such as `oauthServer`. `mount` of each adapter puts it into an application. */
export interface WebHandler {
  (request: Request, client?: WebClient): Promise<Response>;
  /** The paths that it answers, each whole; the others are the application's own. With neither `paths` nor `prefix`: all. */
  readonly paths?: readonly string[];
  /** A path that it answers, with all below it: `"/tokenry"`. It ends in no slash; `"/"` is all. */
  readonly prefix?: string;
}
