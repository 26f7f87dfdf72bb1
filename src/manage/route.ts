import type * as z from "zod";
import type { Tokenry } from "../face.ts";
import type { HeaderField } from "../http/answer.ts";
import type { Zone } from "../model.ts";
import type { ManagementErrorCode } from "./errors.ts";

/** What the management API needs of a tokenry. */
export type ManagedTokens = Pick<
  Tokenry,
  | ("issue" | "regenerate" | "update" | "revoke" | "revokeAll" | "get" | "list" | "events")
  | ("rotate" | "confirmRotation" | "pendingRotation" | "resendRotation" | "cancelRotation")
  | ("zones" | "notices" | "rules" | "owner" | "scanPattern")
>;

/** The parts of a path that differ; `""` where a path has none of the name. */
export type Params = Readonly<Record<"owner" | "tokenId" | "kind" | "name", string>>;

/** A request whose actor is known and whose parts were checked. */
export interface Call<Query = unknown, Body = unknown> {
  readonly tokens: ManagedTokens;
  readonly actor: Awaited<ReturnType<Tokenry["owner"]>>;
  readonly basePath: string;
  readonly url: URL;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** When the token must have been changed last, by `If-Match`. */
  readonly unchangedSince: Date | undefined;
  /** What the zone must be, or `null` for none, by `If-Match` and `If-None-Match`. */
  readonly replaces: Zone | null | undefined;
}

/** What a repeat of a request needs to know of the first. Never a secret. */
export type Made = { readonly tokenId: string } | { readonly pending: true };

/** What came of a request that was not refused. */
export interface Outcome {
  readonly status: number;
  /** Absent: an answer without a body. */
  readonly body?: object;
  readonly fields?: readonly HeaderField[];
  /** The version of the token or zone that the answer shows: its `ETag`. */
  readonly version?: number | string;
  readonly made?: Made;
}

/** An answer as the document has it. */
export interface AnswerFacts {
  readonly description: string;
  /** Absent: no body. */
  readonly schema?: z.ZodType;
  readonly fields?: readonly ("ETag" | "Link" | "Location")[];
}

/** All that routing, checks and the OpenAPI document know of a route. */
export interface RouteFacts {
  readonly operationId: string;
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below the base path: `"/tokens/{tokenId}"`. */
  readonly path: string;
  readonly summary: string;
  /** Default: no parameters. */
  readonly query?: z.ZodType;
  /** Default: no body. */
  readonly body?: z.ZodType;
  /** How long a body may be. Default 64 KiB. */
  readonly mostBytes?: number;
  readonly answers: Readonly<Record<number, AnswerFacts>>;
  /** The codes that it refuses with, beside those that every route has. */
  readonly errors: readonly ManagementErrorCode[];
  /** Whether it takes `Idempotency-Key`. */
  readonly isRepeatable?: boolean;
  /** Whether it makes a secret or ends many: `stepUp` is asked. */
  readonly isSensitive?: boolean;
  /**
   * Which precondition it takes: of a change of a token, `If-Match`; of a reading of one, `If-None-Match`; of the replacement of a zone, `If-Match`, or
   * `If-None-Match: *` where there is to be none.
   */
  readonly condition?: "change" | "reading" | "replacement";
}

/** A route, and what it does. Throws what the operations of a tokenry throw. */
export interface Route extends RouteFacts {
  run(call: Call): Promise<Outcome>;
}

/** JSON holds no `undefined`: what may be so by a schema's type is absent. */
type Present<Value> = Value extends readonly unknown[]
  ? Value
  : Value extends object
    ? { [Key in keyof Value]: Present<Exclude<Value[Key], undefined>> }
    : Value;

interface TypedRoute<Query extends z.ZodType, Body extends z.ZodType> extends RouteFacts {
  readonly query?: Query;
  readonly body?: Body;
  run(call: Call<Present<z.output<Query>>, Present<z.output<Body>>>): Promise<Outcome>;
}

/** Makes a route whose `run` knows the types of what the schemas let through: no other `query` and `body` come to it. */
export function route<Query extends z.ZodType, Body extends z.ZodType>(
  typed: TypedRoute<Query, Body>,
): Route {
  return Object.freeze(typed);
}
