import type { Tokenry } from "tokenry";

/** What stands before a route: nothing, somebody's own check in the framework's own form, or `protect`. */
export type Guard =
  | { readonly type: "none" }
  | { readonly type: "own"; readonly check: Check }
  | { readonly type: "tokenry"; readonly tokens: Tokens; readonly options: ProtectOptions };

/** Says whether what an Authorization header holds is good for the route. */
export type Check = (authorization: string | undefined) => Promise<boolean>;

/** What `protect` protects with. */
export type Tokens = Tokenry<"service", "orders" | "invoices">;

/** What may differ from the defaults. */
export interface ProtectOptions {
  readonly trustProxy?: readonly string[];
}

/** A guard and the tokens that it lets through. */
export interface OpenedGuard {
  readonly guard: Guard;
  readonly secrets: readonly string[];
}

/** How a route can be guarded. */
export type GuardName = "bare" | "floor" | "tokenry" | "better-auth" | "soak";
