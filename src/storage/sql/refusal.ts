import type { Committed } from "../../ports/repository.ts";

/** Why a change does not happen. */
export type Conflict = Extract<Committed, { readonly ok: false }>;

/** Thrown inside a transaction, because only a throw makes Kysely roll it back; never leaves `commit`. */
export class Refusal extends Error {
  readonly committed: Conflict;

  constructor(conflict: Conflict["conflict"], id: string) {
    super(conflict);
    this.committed = { ok: false, conflict, id };
  }
}
