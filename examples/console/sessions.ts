import { randomBytes } from "node:crypto";

/** Who is signed in, in memory: a restart signs everybody out. */
export interface Sessions {
  /** Signs a person in. Gives the `Set-Cookie` field of the answer. */
  begin(personId: string): string;
  /** The person behind a `Cookie` field, `undefined` where nobody is signed in. */
  personIdOf(cookies: string | null | undefined): string | undefined;
  /** Signs out. Gives the `Set-Cookie` field of the answer. */
  end(cookies: string | null | undefined): string;
  /** Ends every session, as when an administrator does so elsewhere. */
  endAll(): void;
}

// Out of reach of scripts and of other sites. Behind TLS it is also `Secure`, under the name `__Host-session`.
const ATTRIBUTES = "Path=/; HttpOnly; SameSite=Strict";
const COOKIE = /(?:^|;\s*)session=([\w-]+)/;

export function createSessions(): Sessions {
  const personIds = new Map<string, string>();
  const idIn = (cookies: string | null | undefined): string =>
    COOKIE.exec(cookies ?? "")?.[1] ?? "";
  return {
    begin(personId) {
      const id = randomBytes(32).toString("base64url");
      personIds.set(id, personId);
      return `session=${id}; ${ATTRIBUTES}`;
    },
    personIdOf: (cookies) => personIds.get(idIn(cookies)),
    end(cookies) {
      personIds.delete(idIn(cookies));
      return `session=; Max-Age=0; ${ATTRIBUTES}`;
    },
    endAll: () => personIds.clear(),
  };
}
