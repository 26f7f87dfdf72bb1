import fc from "fast-check";
import { type Actor, type Network, SYSTEM } from "../../src/index.ts";
import { ADA, BOB, FOREIGN_MANAGER, MANAGER, STRANGER } from "../support/directory.ts";
import type { Call } from "./calls.ts";
import type { KindName } from "./model/rules.ts";
import type { Model, ModelToken } from "./model/state.ts";
import { chosen } from "./values.ts";

/** A step that is to come: a call, once it is known which tokens there are. */
export type Step = (model: Model) => Call;

/** Whose tokens of which kinds a sequence is about: the fewer, the oftener its steps meet. */
export interface Theme {
  readonly owners: readonly string[];
  readonly kinds: readonly KindName[];
  /** Whether most of it is about zones: those of one account, and tokens that name them. */
  readonly isZoned: boolean;
  /** Whether tokens are named by their ids for a grant: what that reads it reads one after another, so that of a race it may see two times. */
  readonly isNamed: boolean;
}

/** Who acts, as seen from the owner in question. */
type Role = "self" | "manager" | "neighbour" | "foreign" | "unknown" | "system";

export const role: fc.Arbitrary<Role> = fc.oneof(
  { weight: 8, arbitrary: fc.constant<Role>("self") },
  { weight: 6, arbitrary: fc.constant<Role>("manager") },
  { weight: 6, arbitrary: fc.constant<Role>("system") },
  { weight: 1, arbitrary: fc.constantFrom<Role>("neighbour", "foreign", "unknown") },
);

export function actorOf(who: Role, of: string): Actor {
  const isForeign = of === STRANGER || of === FOREIGN_MANAGER;
  const actors: Readonly<Record<Role, Actor>> = {
    self: of,
    manager: isForeign ? FOREIGN_MANAGER : MANAGER,
    neighbour: of === BOB ? ADA : BOB,
    foreign: isForeign ? MANAGER : FOREIGN_MANAGER,
    unknown: "nobody",
    system: SYSTEM,
  };
  return actors[who];
}

const MANAGING_ACTORS: readonly Actor[] = [
  SYSTEM,
  SYSTEM,
  SYSTEM,
  SYSTEM,
  MANAGER,
  FOREIGN_MANAGER,
  ADA,
];
/** Who asks for what is for those who manage tokens. */
export const managingActor: fc.Arbitrary<Actor> = fc.constantFrom(...MANAGING_ACTORS);

/** The rule without the zones that the account does not have, unless it is to be refused for them. */
export function usable(
  model: Model,
  of: string,
  rule: Network | null | undefined,
  isOdd: boolean,
): Network | null {
  const zones = model.zones.get(model.people.get(of)?.account ?? "");
  const isThere = (entry: string): boolean =>
    isOdd ||
    !entry.startsWith("zone:") ||
    zones?.get(entry.slice("zone:".length))?.blocked === false;
  if (rule === null || rule === undefined) return null;
  const lists = Object.entries(rule).map(
    ([list, each]: [string, readonly string[]]) => [list, each.filter(isThere)] as const,
  );
  return Object.fromEntries(lists);
}

type Known = Pick<ModelToken, "id" | "owner"> & { readonly kind?: KindName };

const NO_TOKEN: Known = { id: "0197bb1c-0000-7000-8000-000000000000", owner: ADA };

/** A token, of those that are wanted if there are any; one time in ten one that is gone, or none. */
export function tokenOf(
  model: Model,
  number: number,
  isWanted: (token: ModelToken) => boolean = () => true,
): Known {
  const graves = [...model.graves].map(([id, { owner }]) => ({ id, owner }));
  const wanted = model.tokens.filter(isWanted);
  const among = number % 10 === 0 ? graves : wanted;
  return chosen(among.length > 0 ? among : model.tokens, number) ?? NO_TOKEN;
}

/** A secret, mostly of the latest; now and then none, or a text that is none. */
export function secretOf(model: Model, number: number): string | undefined {
  if (number % 43 === 0) return undefined;
  if (number % 41 === 0) return `${model.secrets[0] ?? "t_single_"}0`;
  return chosen(number % 3 === 0 ? model.secrets : model.secrets.slice(-4), number);
}
