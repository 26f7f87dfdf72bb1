import { DENIALS, type DenialCode } from "../errors.ts";
import type { Refused } from "../model.ts";

/** The refusals that say nothing but their code: made once, as a flood of bad secrets must cost next to nothing. */
const PLAIN = Object.freeze(
  Object.fromEntries(
    Object.keys(DENIALS).map((code) => [code, Object.freeze(refusedWith(code as DenialCode, {}))]),
  ),
) as Readonly<Record<DenialCode, Refused>>;

/** A refusal without any facts. */
export function refuse(code: DenialCode): Refused {
  return PLAIN[code];
}

/** A refusal of a token that was recognised. */
export function refusedWith(
  code: DenialCode,
  facts: Pick<Refused, "tokenId" | "budget" | "budgetOf" | "retryAfterMs">,
): Refused {
  const { status, message } = DENIALS[code];
  return { ok: false, code, status, message, ...facts };
}
