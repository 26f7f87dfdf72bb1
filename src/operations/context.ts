import type { ResolvedKind } from "../lifecycle/kind.ts";
import type { ResolvedApi } from "../options.ts";
import type { BudgetStore } from "../ports/budget-store.ts";
import type { Notifier } from "../ports/notifier.ts";
import type { Repository } from "../ports/repository.ts";
import type { Keyring } from "../secret/keyring.ts";
import type { KnownPrefix } from "../secret/parse.ts";
import type { Background } from "../state/background.ts";
import type { Owners } from "../state/owners.ts";
import type { Preparation } from "../state/prepared.ts";
import type { Throttle } from "../state/throttle.ts";
import type { Uses } from "../state/uses.ts";

/** All that an operation works with: the checked rules, the ports, and what this node remembers. */
export interface Context {
  readonly kinds: ReadonlyMap<string, ResolvedKind>;
  readonly apis: ReadonlyMap<string, ResolvedApi>;
  readonly prefixes: readonly KnownPrefix[];
  readonly keyring: Keyring;
  readonly repository: Repository;
  readonly budgets: BudgetStore;
  readonly notifier: Notifier | undefined;
  readonly owners: Owners;
  readonly uses: Uses;
  readonly preparation: Preparation;
  /** Which tokens' network refusals were recorded of late. */
  readonly networkRefusals: Throttle;
  /** Which tokens were moved under the current pepper of late. */
  readonly rehashes: Throttle;
  readonly background: Background;
  readonly now: () => number;
  /** Tells the other nodes, and the caches of this one, what has changed. Never throws. */
  readonly announce: (keys: readonly string[]) => Promise<void>;
  /** Tells the host of an outage. Never throws. */
  readonly report: (cause: unknown) => void;
}
