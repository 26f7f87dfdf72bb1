/** What an adapter knows of who asks. */
export interface WebClient {
  /** The client's address, by the options of the adapter; `undefined` where nobody knows. */
  readonly address?: string | undefined;
}

/** A handler of the Fetch standard that tokenry makes, such as `oauthServer`. `mount` of each adapter puts it into an application. */
export interface WebHandler {
  (request: Request, client?: WebClient): Promise<Response>;
  /** The paths that it answers, each whole; the others are the application's own. Absent: all. */
  readonly paths?: readonly string[];
}
