import type { ManagementErrorCode } from "./errors.ts";
import type { Route, RouteFacts } from "./route.ts";
import { ACCOUNT_ROUTES } from "./routes/account.ts";
import { ROTATION_ROUTES } from "./routes/rotations.ts";
import { TOKEN_ROUTES } from "./routes/tokens.ts";
import { TRAIL_ROUTES } from "./routes/trail.ts";

/** Every route that needs an actor. */
export const ROUTES: readonly Route[] = [
  ...ACCOUNT_ROUTES,
  ...TOKEN_ROUTES,
  ...ROTATION_ROUTES,
  ...TRAIL_ROUTES,
];

const EVERYWHERE = [
  ...["invalid_input", "signed_out", "token_not_allowed", "cross_site", "forbidden"],
  ...["owner_inactive", "unavailable"],
] as readonly ManagementErrorCode[];

const IDEMPOTENCY = [
  ...["idempotency_key_reused", "idempotency_unknown", "idempotency_gone"],
  "idempotency_limit_reached",
] as readonly ManagementErrorCode[];

/** Every code that a route may answer with, each once. */
export function codesOf(route: RouteFacts): readonly ManagementErrorCode[] {
  const codes = new Set<ManagementErrorCode>([...EVERYWHERE, ...route.errors]);
  if (route.method !== "GET") codes.add("json_required").add("body_too_large");
  if (route.isRepeatable) for (const code of IDEMPOTENCY) codes.add(code);
  if (route.isSensitive) codes.add("step_up_required");
  return [...codes];
}
