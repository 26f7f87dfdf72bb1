import { TokenryError } from "../errors.ts";
import type { HeaderField } from "../http/answer.ts";
import { type ManagementErrorCode, PROBLEMS } from "./errors.ts";

/** What is wrong with one part of a request: a JSON Pointer into the body, or `?name` for a parameter of the query. */
export interface Fault {
  readonly path: string;
  readonly message: string;
}

/** Why a request is refused. */
export interface Refusal {
  readonly code: ManagementErrorCode;
  /** What is known beyond the sentence of the code; safe to show. */
  readonly detail?: string;
  readonly errors?: readonly Fault[];
  readonly fields?: readonly HeaderField[];
}

/** Whether a step ended in a refusal. */
export function isRefusal(value: object): value is Refusal {
  return "code" in value;
}

/** A refusal of what was sent, with its faults. */
export function inputRefusal(errors: readonly Fault[]): Refusal {
  return { code: "invalid_input", errors };
}

/** The refusal that an operation threw; `undefined` for an outage and for what is no error of an operation. */
function refusalOf(error: unknown): Refusal | undefined {
  if (!(error instanceof TokenryError) || error.code === "unavailable") return undefined;
  return { code: error.code, ...detailOf(error) };
}

function detailOf({ code, message }: TokenryError): { readonly detail?: string } {
  return message === PROBLEMS[code].message ? {} : { detail: message };
}

/** Runs what throws its refusals. An outage goes on. */
export async function asRefusal<Done extends object>(
  run: () => Promise<Done | Refusal>,
): Promise<Done | Refusal> {
  try {
    return await run();
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === undefined) throw error;
    return refusal;
  }
}
