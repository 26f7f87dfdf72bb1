import { checkMethods } from "../checks.ts";
import { readBody } from "../http/read-body.ts";
import { answer, REFUSALS, type Refusal, refuse } from "./answers.ts";
import { createGithubKeys, type GithubKeys } from "./github-keys.ts";
import { type LeakItem, readItems } from "./items.ts";
import { createOnce } from "./once.ts";
import { type GithubLeaksOptions, resolveOptions } from "./options.ts";
import { createRecent, type Recent } from "./recent.ts";
import { type LeakReporter, reportLeaks } from "./report-leaks.ts";
import { sha256Hex } from "./sha256.ts";
import { isSignatureOf } from "./signature.ts";

const IDENTIFIER = /^[\w.:-]{1,256}$/;

/** What GitHub is told of a secret (IND-13). */
interface Label {
  readonly token_hash: string;
  readonly token_type: string;
  readonly label: "true_positive" | "false_positive";
}

/**
 * Makes the handler that GitHub's secret scanning sends its matches to: a function from `Request` to `Response`, which runs wherever Web
 * standards do; `toNodeHandler` of `tokenry/node` makes a listener of it.
 *
 * What GitHub has signed is reported to the tokens, once for each secret and URL, and answered by a label for each match. Nothing is read of
 * a body before its signature has been found good over the very bytes, and no body is handled twice within a day. No answer and no error holds
 * a secret. Source: IND-10 to IND-13.
 *
 * @throws TypeError or RangeError that names the path of a wrong option. The handler rejects with TypeError for a body that was read before.
 *
 * @example
 * export const POST = githubLeaks(tokens, { types: ["acme_api_token"] });
 */
export function githubLeaks(
  tokens: LeakReporter,
  options: GithubLeaksOptions = {},
): (request: Request) => Promise<Response> {
  checkMethods(tokens, ["reportLeak"], "tokens");
  const { load, now, maxBodyBytes, keyLifetimeMs, isOurs, report } = resolveOptions(options);
  const keys = createGithubKeys({
    load,
    lifetimeMs: keyLifetimeMs,
    now,
    report: (cause) => report(cause, "GitHub's public keys cannot be read now."),
  });
  const once = createOnce(createRecent(now));
  const known = createRecent(now);

  const handle = async (items: readonly LeakItem[]): Promise<readonly Label[] | undefined> => {
    const reported = await reportLeaks(tokens, items, (cause) =>
      report(cause, "A reported leak cannot be handled now."),
    );
    for (const secret of reported.known) known.add(await sha256Hex(secret));
    return reported.hasFailed ? undefined : labelsOf(items, reported.known, known);
  };

  return async (request) => {
    const signed = await readSigned(request, keys, maxBodyBytes);
    if (!(signed instanceof Uint8Array)) return refuse(signed);
    const items = readItems(signed);
    if (items === undefined) return refuse(REFUSALS.unreadable);
    const ours = items.filter(({ type }) => isOurs(type));
    const labels = await once.run(await sha256Hex(signed), () => handle(ours));
    if (labels === undefined) return refuse(REFUSALS.unavailable);
    return labels === "done_before" ? refuse(REFUSALS.replayed) : answer(labels);
  };
}

/** The bytes that GitHub has signed, or why the request is refused. What needs no body comes first. */
async function readSigned(
  request: Request,
  keys: GithubKeys,
  maxBodyBytes: number,
): Promise<Uint8Array<ArrayBuffer> | Refusal> {
  if (request.method !== "POST") return REFUSALS.method;
  // Of two lines of a field `get` makes one with a comma, which neither of the two may hold.
  const id = request.headers.get("github-public-key-identifier") ?? "";
  const signature = request.headers.get("github-public-key-signature") ?? "";
  if (!IDENTIFIER.test(id) || signature === "") return REFUSALS.forged;
  const key = await keys.find(id);
  if (key === "unavailable") return REFUSALS.unavailable;
  if (key === "unknown") return REFUSALS.forged;
  const body = await readBody(request, maxBodyBytes);
  if (body.outcome === "too_large") return REFUSALS.tooLarge;
  if (body.outcome === "broken") return REFUSALS.unreadable;
  return (await isSignatureOf(body.bytes, signature, key)) ? body.bytes : REFUSALS.forged;
}

/**
 * A label for each match that has a type. A secret that this process has known stays known: once its token has ended, a report of the
 * same secret in another place finds nothing.
 */
async function labelsOf(
  items: readonly LeakItem[],
  found: ReadonlySet<string>,
  known: Recent,
): Promise<readonly Label[]> {
  const labels: Label[] = [];
  for (const { token, type } of items) {
    if (type === undefined) continue;
    const digest = await sha256Hex(token);
    const isKnown = found.has(token) || known.has(digest);
    const label = isKnown ? "true_positive" : "false_positive";
    labels.push({ token_hash: digest, token_type: type, label });
  }
  return labels;
}
