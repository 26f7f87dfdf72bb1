import type { CallLine, Code, OwnerFacts } from "./log.ts";
import { ADDRESS, METHODS, sharedTime } from "./scene.ts";
import { type Possible, possibleStates } from "./timeline.ts";
import type { History, TokenState } from "./trail.ts";

/** What the calls were found to be. */
export interface Judged {
  calls: number;
  /** By what became of them. */
  readonly codes: Partial<Record<Code, number>>;
  /** Calls during a change: both the answer before and the one after would be right, as far as their times tell. */
  during: number;
  /** Calls that were answered as before an acknowledged change, within the bound. */
  stale: number;
  /** How long after the acknowledgement the latest of them began, in milliseconds. */
  latestMs: number;
  /** Calls whose answer no state explains that they may have met; of the first few, what there is to know. */
  wrong: number;
  /** Of these, the calls that were accepted. */
  wronglyAccepted: number;
  readonly examples: string[];
}

/** The clock is read in whole milliseconds, the stopwatch rounds. */
const TOLERANCE_MS = 1;
const MOST_EXAMPLES = 5;

export function newJudged(): Judged {
  return {
    ...{ calls: 0, codes: {}, during: 0, stale: 0, latestMs: 0, wrong: 0, wronglyAccepted: 0 },
    examples: [],
  };
}

/** Looks for states of token and owner that the call may have met, and that explain its answer. */
export function judgeCall(judged: Judged, history: History, call: CallLine, boundMs: number): void {
  const id = history.tokenOf.get(call.secret) ?? "";
  const steps = history.tokens.get(id) ?? [];
  const owner = steps[0]?.state.owner ?? "";
  const met: Met = {
    tokens: possibleStates(steps, call, boundMs),
    owners: possibleStates(history.owners.get(owner) ?? [], call, boundMs),
  };
  const staleMs = stalenessOf(met, call);
  judged.calls += 1;
  judged.codes[call.code] = (judged.codes[call.code] ?? 0) + 1;
  if (isDuring(met)) judged.during += 1;
  if (staleMs === undefined) {
    judged.wrong += 1;
    if (call.code === "ok") judged.wronglyAccepted += 1;
    if (judged.examples.length < MOST_EXAMPLES)
      judged.examples.push(JSON.stringify({ call, id, ...met }));
  } else if (staleMs > 0) {
    judged.stale += 1;
    judged.latestMs = Math.max(judged.latestMs, staleMs);
  }
}

/** The states that a call may have met. */
interface Met {
  readonly tokens: readonly Possible<TokenState>[];
  readonly owners: readonly Possible<OwnerFacts>[];
}

/** How stale the states are that explain the answer best; `undefined` where none does. */
function stalenessOf({ tokens, owners }: Met, call: CallLine): number | undefined {
  const explanations = tokens.flatMap((token) =>
    owners
      .filter((facts) => codesOf(token.state, facts.state, call).includes(call.code))
      .map((facts) => Math.max(token.staleMs, facts.staleMs)),
  );
  return explanations.length === 0 ? undefined : Math.min(...explanations);
}

/** More than one state would be right. */
function isDuring({ tokens, owners }: Met): boolean {
  const isFresh = ({ staleMs }: Possible<unknown>): boolean => staleMs === 0;
  return tokens.filter(isFresh).length > 1 || owners.filter(isFresh).length > 1;
}

/** What may become of a call that meets these states: two things where the token ends meanwhile. */
export function codesOf(
  token: TokenState,
  facts: OwnerFacts,
  call: Pick<CallLine, "secret" | "method" | "begun" | "ended">,
): readonly Code[] {
  if (token.secret !== call.secret) return ["unknown_token"];
  const end = token.expiresAt ?? Number.POSITIVE_INFINITY;
  const living = codeOfLiving(token, facts, call.method);
  if (sharedTime(call.ended) + TOLERANCE_MS < end) return [living];
  return sharedTime(call.begun) - TOLERANCE_MS >= end
    ? ["expired_token"]
    : ["expired_token", living];
}

function codeOfLiving({ network, access }: TokenState, facts: OwnerFacts, method: number): Code {
  if (!facts.active) return "owner_inactive";
  if (!facts.apiAccess) return "api_access_disabled";
  const isExcluded = network?.exclude?.includes(ADDRESS) ?? false;
  const isOutside = network?.include?.includes(ADDRESS) === false;
  if (isExcluded || isOutside) return "network_denied";
  const isAllowed =
    access.orders === "full" || (access.orders === "read" && METHODS[method] === "GET");
  return isAllowed ? "ok" : "access_denied";
}
