import { assertDeepEqual, assertEqual, assertTrue } from "../assert.ts";
import type { HttpBench } from "./bench.ts";
import type { RawAnswer } from "./raw-answer.ts";
import type { IssuedToken } from "./world.ts";

/** What a refusal looks like from outside, by its outward code: written down here once more, so that it is not the adapters' own table. */
const REFUSALS = {
  missing_token: { status: 401, title: "A token is required.", error: undefined },
  invalid_token: { status: 401, title: "The token is not valid.", error: "invalid_token" },
  invalid_request: {
    status: 400,
    title: "The request must present exactly one token, in one place.",
    error: "invalid_request",
  },
  invalid_dpop_proof: {
    status: 401,
    title: "The DPoP proof is not valid.",
    error: "invalid_dpop_proof",
  },
  use_dpop_nonce: {
    status: 401,
    title: "The DPoP proof must hold the nonce of this answer.",
    error: "use_dpop_nonce",
  },
  api_access_disabled: {
    status: 403,
    title: "API access is switched off for this user.",
    error: undefined,
  },
  network_denied: {
    status: 403,
    title: "The token may not be used from this network.",
    error: undefined,
  },
  access_denied: {
    status: 403,
    title: "The token does not give access to this operation.",
    error: "insufficient_scope",
  },
  budget_exceeded: {
    status: 429,
    title: "The rate limit is reached. Try again later.",
    error: undefined,
  },
  too_many_failures: {
    status: 429,
    title: "Too many failed attempts from this address. Try again later.",
    error: undefined,
  },
  unavailable: {
    status: 503,
    title: "The token cannot be checked now. Try again later.",
    error: undefined,
  },
} as const;

/** What a client may be told. */
export type OutwardCode = keyof typeof REFUSALS;

/** How the answers of one server differ from the default. */
export interface Style {
  readonly schemes?: readonly string[];
  /** As it stands between the quotes. */
  readonly realm?: string;
  readonly typePrefix?: string;
  /** What the challenge of DPoP names, where there is one. */
  readonly algorithms?: string;
  readonly resourceMetadata?: string;
}

/** The value of a field that is there once; fails for one that is there twice. */
export function fieldOf(answer: RawAnswer, name: string): string | undefined {
  const values = answer.fields.filter(([field]) => field === name).map(([, value]) => value);
  assertTrue(values.length <= 1, `${name} is there ${values.length} times`);
  return values[0];
}

/** Fails unless the answer is exactly what a refusal with this code is, and no handler ran. */
export function assertRefused(
  bench: HttpBench,
  answer: RawAnswer,
  code: OutwardCode,
  style: Style = {},
): void {
  const { status, title } = REFUSALS[code];
  assertEqual(answer.status, status, `status of ${code}, with ${answer.body}`);
  assertEqual(fieldOf(answer, "content-type"), "application/problem+json", "content-type");
  assertEqual(fieldOf(answer, "cache-control"), "no-store", "cache-control");
  assertEqual(fieldOf(answer, "www-authenticate"), challengeOf(code, style), "www-authenticate");
  assertEqual(fieldOf(answer, "x-host"), undefined, "the handler's own field");
  const { typePrefix = "urn:problem-type:tokenry:" } = style;
  const type = `${typePrefix}${code.replaceAll("_", "-")}`;
  const body = JSON.stringify({ type, title, status, code });
  if (code === "budget_exceeded") {
    const holders = [body, ...["token", "account"].map((holder) => overBudget(body, holder))].slice(
      1,
    );
    assertTrue(holders.includes(answer.body), `the body is ${answer.body}`);
  } else {
    assertEqual(answer.body, body, "body");
    assertEqual(fieldOf(answer, "ratelimit"), undefined, "RateLimit of a refusal without a budget");
  }
  assertNothingRan(bench);
}

/** The body of a 429 by a budget. */
function overBudget(body: string, holder: string): string {
  return `${body.slice(0, -1)},"violated-policies":["${holder}"]}`;
}

function challengeOf(
  code: OutwardCode,
  { schemes = ["Bearer"], realm = "api", algorithms, resourceMetadata }: Style,
): string | undefined {
  const { error, title } = REFUSALS[code];
  if (error === undefined && code !== "missing_token") return undefined;
  const told = error === undefined ? [] : [`error="${error}"`, `error_description="${title}"`];
  const where = resourceMetadata === undefined ? [] : [`resource_metadata="${resourceMetadata}"`];
  const written = (scheme: string, ...parameters: readonly string[]): string =>
    `${scheme} ${[`realm="${realm}"`, ...parameters, ...where].join(", ")}`;
  // What is wrong with a proof is nothing to who comes with another scheme.
  const general = error?.includes("dpop") === true ? [] : told;
  const others = schemes.map((scheme) => written(scheme, ...general));
  if (algorithms === undefined) return others.join(", ");
  return [...others, written("DPoP", ...told, `algs="${algorithms}"`)].join(", ");
}

/** Fails if a protected handler ran in this case. */
export function assertNothingRan({ world }: HttpBench): void {
  assertDeepEqual(
    world.runs.map(({ method, path }) => `${method} ${path}`),
    [],
    "handlers that ran",
  );
}

/** Fails unless the handler ran with this very token and answered, and nothing of the answer was lost. */
export function assertAccepted(
  answer: RawAnswer,
  { token }: IssuedToken,
  { method = "GET", bytes }: { readonly method?: string; readonly bytes?: number } = {},
): void {
  assertEqual(answer.status, 200, `status, with ${answer.body}`);
  assertEqual(fieldOf(answer, "x-host"), "kept", "the handler's own field");
  const seen = { owner: token.owner, token: token.id, kind: token.kind, method };
  const body: unknown = JSON.parse(answer.body);
  assertDeepEqual(body, bytes === undefined ? seen : { ...seen, bytes }, "body");
}

/** Fails unless the answer is the server's own refusal of a request that it cannot read: 4xx, and no handler ran. */
export function assertUnreadable(bench: HttpBench, answer: RawAnswer): void {
  assertTrue(answer.status >= 400 && answer.status < 500, `status ${answer.status}, not 4xx`);
  assertNothingRan(bench);
}

/** Fails unless a new client with a valid token is served as ever. */
export async function assertStillServes(bench: HttpBench): Promise<void> {
  const issued = await bench.world.issue();
  assertAccepted(await bench.askWith(issued.secret), issued);
}

/** The head of an answer without what differs from second to second. */
export function withoutDate({ head, body }: RawAnswer): string {
  return `${head.replace(/^date:.*\r\n/im, "")}${body}`;
}
