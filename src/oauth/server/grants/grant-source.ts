import type { OAuthRefusal } from "../answers.ts";

/** What an access token is to be made from, as a grant type reads it of a form. */
export type GrantSource =
  | {
      readonly type: "secret";
      /** The API token that is presented. */
      readonly secret: string;
      /** The answer when it is not good. */
      readonly fault: OAuthRefusal;
      /** What the grant type adds to the answer. */
      readonly members: Readonly<Record<string, string>>;
    }
  /** What the client authenticates by. */
  | { readonly type: "client" };
