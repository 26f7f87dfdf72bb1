/** How the HTTP layer reads a framework's request. An adapter has one; it reads what was sent, not what a framework made of it. */
export interface RequestReader<Request> {
  /** The method of the request line. */
  method(request: Request): string;
  /** The address at the other end of the connection; `undefined` where there is none to know, as of a client that has left. */
  peer(request: Request): string | undefined;
  /** Whether the other end has no address because it came by a socket of the file system. Absent: nobody can tell. */
  isUnixSocket?(request: Request): boolean;
  /**
   * The values of all lines of a field, in order; none for a field that is absent. A platform that has joined them gives one. `name` is in
   * lower case.
   */
  lines(request: Request, name: string): readonly string[];
  /**
   * The path and query that the client asked for, before any router has cut them, or the whole URL where the platform knows no less. As it
   * was sent, so that it may be in absolute form: its host is the client's word.
   */
  target(request: Request): string;
  /** Whether the framework was set to believe whatever a client says of its address. Absent: nobody can tell. */
  believesAnyone?(request: Request): boolean;
}
