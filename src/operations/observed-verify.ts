import type { Verdict, VerifyRequest } from "../model.ts";
import type { VerifyObservation } from "../ports/observer.ts";
import { isThenable } from "../state/thenable.ts";
import { type Asked, checkCall } from "./check-call.ts";
import type { Context } from "./context.ts";
import { refuse } from "./refusals.ts";
import { decided, readCall, rejected } from "./verify.ts";

/** Those that OpenTelemetry's conventions for HTTP know: RFC 9110 and PATCH of RFC 5789. */
const STANDARD_METHODS = [
  "CONNECT",
  "DELETE",
  "GET",
  "HEAD",
  "OPTIONS",
  "PATCH",
  "POST",
  "PUT",
  "TRACE",
] as const;

/**
 * Makes a verify that tells of each verdict, and still decides in one stretch where the ports answer at once. A wrong request, which has no
 * verdict, is not told of.
 */
export function createObservedVerify(
  context: Context,
  verified: (observation: VerifyObservation) => void,
): (presented: unknown, request: VerifyRequest) => Promise<Verdict> {
  const known = new Set<string>(STANDARD_METHODS);
  for (const { methods } of context.apis.values()) for (const method of methods) known.add(method);

  const tell = (call: WatchedCall, verdict: Verdict): Verdict => {
    const { asked, kind, startedAt } = call;
    const token = verdict.ok ? verdict.token : undefined;
    verified({
      api: context.apis.has(asked.api) ? asked.api : "unknown",
      method: known.has(asked.method) ? asked.method : "_OTHER",
      code: verdict.ok ? "accepted" : verdict.code,
      kind,
      durationMs: performance.now() - startedAt,
      budget: verdict.budget,
      budgetOf: verdict.budgetOf,
      tokenId: verdict.ok ? verdict.token.id : verdict.tokenId,
      owner: token?.owner,
      account: token?.account,
    });
    return verdict;
  };
  return (presented, request) => {
    try {
      const startedAt = performance.now();
      const asked = checkCall(request);
      const call = readCall(context, presented, asked);
      const isReadable = typeof call !== "string";
      const watched = { asked, kind: isReadable ? call.prefix.kind : undefined, startedAt };
      const verdict = isReadable ? decided(call) : refuse(call);
      return isThenable(verdict)
        ? Promise.resolve(verdict).then((late) => tell(watched, late))
        : Promise.resolve(tell(watched, verdict));
    } catch (misuse) {
      return rejected(misuse);
    }
  };
}

interface WatchedCall {
  readonly asked: Asked;
  readonly kind: string | undefined;
  readonly startedAt: number;
}
