import type { HeaderField } from "../../http/answer.ts";

/** Who may read the answers of a path in a browser: everybody, or the pages of some origins. */
export type Readers = "everyone" | ReadonlySet<string>;

const PREFLIGHT_SECONDS = 600;
/** What a page may read beside the body (R9449-07). */
const EXPOSED = "DPoP-Nonce, WWW-Authenticate, Retry-After";

/** The header fields of CORS (Fetch standard, section 3.2). Never with credentials: no cookie means anything here. */
export function corsFields(origin: string | null, readers: Readers): readonly HeaderField[] {
  if (readers === "everyone") return [["access-control-allow-origin", "*"]];
  if (readers.size === 0) return [];
  const vary: HeaderField = ["vary", "Origin"];
  if (origin === null || !readers.has(origin)) return [vary];
  return [
    vary,
    ["access-control-allow-origin", origin],
    ["access-control-expose-headers", EXPOSED],
  ];
}

/** The fields that a preflight asks for besides. */
export function preflightFields(methods: string): readonly HeaderField[] {
  return [
    ["access-control-allow-methods", methods],
    ["access-control-allow-headers", "Authorization, Content-Type, DPoP"],
    ["access-control-max-age", `${PREFLIGHT_SECONDS}`],
  ];
}
